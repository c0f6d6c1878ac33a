import CZlib

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file read in pieces, gzip expanded when it is one; `-` is standard input.
struct InputFile: ~Copyable {
    private let handle: gzFile
    private let path: String

    /// Whether the file can be opened, without opening it: it may be a pipe.
    static func check(_ path: String) throws(FileError) {
        guard path != "-" else { return }
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            throw FileError(path: path, reason: "is a directory; name the files in it", code: .noInput)
        }
        guard access(path, R_OK) == 0 else { throw notOpened(path) }
    }

    private static func notOpened(_ path: String) -> FileError {
        FileError(path: path, reason: "cannot be opened; check the name and its rights", code: .noInput)
    }

    /// - Throws: `FileError` when the file cannot be opened.
    init(path: String) throws(FileError) {
        try Self.check(path)
        guard let handle = path == "-" ? gzdopen(0, "rb") : gzopen(path, "rb") else { throw Self.notOpened(path) }
        gzbuffer(handle, 128 << 10)
        self.handle = handle
        self.path = path
    }

    deinit { gzclose(handle) }

    /// Bytes consumed of the file as stored, for progress.
    var position: Int { Int(gzoffset(handle)) }

    /// The next piece, empty at the end.
    /// - Throws: `FileError` when the file is damaged.
    func read() throws(FileError) -> [UInt8] {
        var count: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, initialized in
            count = gzread(handle, buffer.baseAddress, UInt32(buffer.count))
            initialized = Int(max(count, 0))
        }
        guard count >= 0 else { throw FileError(path: path, reason: "is damaged or not readable") }
        var code: Int32 = 0
        if count == 0, gzerror(handle, &code) != nil, code < 0 {
            throw FileError(path: path, reason: "ends before its gzip data is complete")
        }
        return bytes
    }
}
