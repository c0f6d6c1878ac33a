import CResources

/// The files that the binary carries.
enum EmbeddedFiles {
    static var contract: [UInt8] { bytes(of: embedded_openapi()) }

    static var contractAsJSON: [UInt8] { bytes(of: embedded_openapi_json()) }

    /// - Parameter avatars: the origin of pictures of owners; nil for none.
    static func page(avatars: String? = nil) -> EmbeddedPage {
        EmbeddedPage(
            html: text(of: embedded_page()),
            styles: text(of: embedded_styles()),
            modules: text(of: embedded_scripts()),
            avatars: avatars
        )
    }

    private static func bytes(of file: embedded_file) -> [UInt8] {
        Array(UnsafeBufferPointer(start: file.bytes, count: file.count))
    }

    private static func text(of file: embedded_file) -> String { String(decoding: bytes(of: file), as: UTF8.self) }
}
