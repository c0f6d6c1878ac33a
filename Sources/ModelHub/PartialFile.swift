#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file that grows at its end, and continues where it was left.
final class PartialFile {
    private let descriptor: Int32
    private let path: String
    private(set) var size: Int

    /// - Throws: `.storage`.
    init(path: String) throws(HubError) {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw .system("open", path) }
        size = Int(lseek(descriptor, 0, SEEK_END))
    }

    /// A file that is only read.
    /// - Throws: `.storage`, also for a pipe, a device or a folder.
    init(reading path: String) throws(HubError) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .system("open", path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw HubError(.storage, "\(path) is no regular file")
        }
        size = Int(status.st_size)
    }

    /// The content of a file; nil when it cannot be read, is none or is longer than `limit`.
    static func content(of path: String, limit: Int) -> [UInt8]? {
        guard let file = try? PartialFile(reading: path), file.size <= limit else { return nil }
        var content: [UInt8] = []
        return (try? file.read { content += $0 }) == nil ? nil : content
    }

    deinit { close(descriptor) }

    /// - Throws: `.diskFull`, `.storage`; what was written stays.
    func append(_ bytes: [UInt8]) throws(HubError) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                pwrite(descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done, off_t(size))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .system("write", path) }
            done += count
            size += count
        }
    }

    /// Begins again.
    /// - Throws: `.storage`.
    func clear() throws(HubError) {
        guard ftruncate(descriptor, 0) == 0 else { throw .system("clear", path) }
        size = 0
    }

    /// Has the system write it to the disk.
    /// - Throws: `.diskFull`, `.storage`.
    func flush() throws(HubError) {
        guard fsync(descriptor) == 0 else { throw .system("write", path) }
    }

    /// Hands the whole content to `take`, a part at a time.
    /// - Throws: `.storage`.
    func read(_ take: (UnsafeRawBufferPointer) -> Void) throws(HubError) {
        let step = 1 << 20
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: step, alignment: 16)
        defer { buffer.deallocate() }
        var place = 0
        while true {
            let count = pread(descriptor, buffer.baseAddress, step, off_t(place))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system("read", path) }
            if count == 0 { return }
            take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            place += count
        }
    }
}

extension HubError {
    /// The failure of a system call that has just set `errno`.
    static func system(_ action: String, _ path: String) -> HubError {
        let code = errno
        let isFull = code == ENOSPC || code == EDQUOT
        let advice = isFull ? "; make room or set MODEL_CACHE" : ""
        return HubError(
            isFull ? .diskFull : .storage,
            "cannot \(action) \(path): \(String(cString: strerror(code)))\(advice)"
        )
    }
}
