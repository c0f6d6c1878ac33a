#if canImport(Glibc)
    import Glibc
    private let stream = Int32(SOCK_STREAM.rawValue)
#elseif canImport(Musl)
    import Musl
    private let stream = SOCK_STREAM
#elseif canImport(Darwin)
    import Darwin
    private let stream = SOCK_STREAM
#endif

extension SystemSocket {
    /// A Unix socket that listens at `path`. What a process left there that has ended is replaced.
    /// - Parameter mode: who may connect, as of a file.
    package static func listen(path: String, mode: Int, backlog: Int32) throws(SystemError) -> Int32 {
        var address = try Self.address(path)
        let descriptor = socket(AF_UNIX, stream, 0)
        guard descriptor >= 0 else { throw SystemError("socket") }
        do throws(SystemError) {
            makeNonblocking(descriptor)
            if try isAbandoned(path, &address) { unlink(path) }
            guard withAddress(&address, { bind(descriptor, $0, $1) }) == 0 else { throw SystemError("bind") }
            // Nobody can connect before it listens.
            guard chmod(path, mode_t(mode)) == 0 else { throw SystemError("chmod") }
            guard beginListening(descriptor, backlog) == 0 else { throw SystemError("listen") }
            return descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// Takes the name of a socket away.
    package static func remove(path: String) { unlink(path) }

    /// Whether there is a socket at which nobody listens.
    private static func isAbandoned(_ path: String, _ address: inout sockaddr_un) throws(SystemError) -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return false }
        let trial = socket(AF_UNIX, stream, 0)
        guard trial >= 0 else { throw SystemError("socket") }
        defer { close(trial) }
        makeNonblocking(trial)
        return withAddress(&address) { connect(trial, $0, $1) } != 0 && errno == ECONNREFUSED
    }

    private static func address(_ path: String) throws(SystemError) -> sockaddr_un {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        guard !bytes.isEmpty, bytes.count < capacity, !bytes.contains(0) else {
            throw SystemError("bind", code: bytes.isEmpty ? EINVAL : ENAMETOOLONG)
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return address
    }

    private static func withAddress(
        _ address: inout sockaddr_un,
        _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                call($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
