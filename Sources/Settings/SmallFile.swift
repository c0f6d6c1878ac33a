#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file that is read as a whole, perhaps the pipe of a shell's `<(command)`.
enum SmallFile {
    /// How long a pipe's other end may say nothing, in milliseconds.
    private static let patience: Int32 = 10_000

    /// - Returns: nil when it cannot be read or is longer. A pipe at whose other end is nobody is empty.
    static func bytes(of path: String, limit: Int) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16 << 10)
        while content.count <= limit {
            let count = read(descriptor, &piece, piece.count)
            if count == 0 { return content }
            if count > 0 {
                content += piece[..<count]
            } else {
                var readiness = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                guard errno == EINTR || errno == EAGAIN, poll(&readiness, 1, patience) > 0 else { return nil }
            }
        }
        return nil
    }
}
