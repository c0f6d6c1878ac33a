#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file that is written in pieces and stands under its name only once it is whole; without a name, standard output.
struct OutputFile: ~Copyable {
    private let path: String?
    private let part: String
    private let descriptor: Int32
    private var isWhole = false

    /// - Throws: `FileError` when the file cannot be made.
    init(path: String?) throws(FileError) {
        self.path = path
        part = path.map { "\($0).part-\(getpid())" } ?? "standard output"
        descriptor = path == nil ? STDOUT_FILENO : open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw FileError(path: path ?? "", reason: "cannot be made: \(Self.fault())", code: .cannotCreate)
        }
    }

    deinit {
        guard path != nil else { return }
        close(descriptor)
        if !isWhole { unlink(part) }
    }

    /// - Throws: `FileError` when there is no room, or nobody reads any more.
    mutating func write(_ bytes: [UInt8]) throws(FileError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw fault() }
            rest = rest.dropFirst(count)
        }
    }

    /// Gives the file its name.
    mutating func finish() throws(FileError) {
        guard let path else { return }
        guard fsync(descriptor) == 0, rename(part, path) == 0 else { throw fault() }
        isWhole = true
    }

    private func fault() -> FileError {
        FileError(path: path ?? part, reason: "cannot be written: \(Self.fault())", code: .cannotCreate)
    }

    private static func fault() -> String { String(cString: strerror(errno)) }
}
