#if os(Linux)
    import CLinux
#endif
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

/// Calls to sockets, without blocking.
package enum SystemSocket {
    package enum Transfer: Equatable {
        case bytes(Int)
        /// Not now.
        case wouldBlock
        /// The peer is gone.
        case failed
    }

    /// A socket that listens on the first address of `host` that can be bound.
    /// - Returns: the descriptor and the port, chosen by the system for port 0.
    package static func listen(host: String, port: Int, backlog: Int32) throws(SystemError) -> (
        descriptor: Int32, port: Int
    ) {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = stream
        hints.ai_flags = AI_PASSIVE
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &list)
        guard code == 0 else { throw SystemError("getaddrinfo", code: code == EAI_SYSTEM ? errno : EADDRNOTAVAIL) }
        defer { freeaddrinfo(list) }
        var failure = SystemError("getaddrinfo", code: EADDRNOTAVAIL)
        var next = list
        while let address = next {
            do { return try listen(on: address.pointee, backlog: backlog) } catch { failure = error }
            next = address.pointee.ai_next
        }
        throw failure
    }

    private static func listen(
        on address: addrinfo,
        backlog: Int32
    ) throws(SystemError) -> (descriptor: Int32, port: Int) {
        let descriptor = socket(address.ai_family, stream, 0)
        guard descriptor >= 0 else { throw SystemError("socket") }
        do throws(SystemError) {
            makeNonblocking(descriptor)
            set(SO_REUSEADDR, 1, level: SOL_SOCKET, descriptor)
            // Accepted sockets inherit these: an answer is written whole, so there is nothing to wait for.
            set(TCP_NODELAY, 1, level: Int32(IPPROTO_TCP), descriptor)
            boundOutput(descriptor)
            guard bind(descriptor, address.ai_addr, address.ai_addrlen) == 0 else { throw SystemError("bind") }
            guard beginListening(descriptor, backlog) == 0 else { throw SystemError("listen") }
            return (descriptor, try localPort(of: descriptor))
        } catch {
            close(descriptor)
            throw error
        }
    }

    static func beginListening(_ descriptor: Int32, _ backlog: Int32) -> Int32 {
        #if canImport(Darwin)
            Darwin.listen(descriptor, backlog)
        #elseif canImport(Musl)
            Musl.listen(descriptor, backlog)
        #else
            Glibc.listen(descriptor, backlog)
        #endif
    }

    /// - Returns: the new connection with the peer's address as `address:port`, `unix` at a Unix socket; nil when there is none now.
    package static func accept(_ listener: Int32) throws(SystemError) -> (descriptor: Int32, peer: String)? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        while true {
            let descriptor = withUnsafeMutableBytes(of: &storage) { bytes in
                systemAccept(listener, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
            }
            if descriptor >= 0 { return (descriptor, describe(&storage, length)) }
            switch errno {
            case EAGAIN, EWOULDBLOCK: return nil
            case EINTR, ECONNABORTED: continue
            default: throw SystemError("accept")
            }
        }
    }

    package static func receive(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
        while true {
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count >= 0 { return .bytes(count) }
            if errno == EAGAIN || errno == EWOULDBLOCK { return .wouldBlock }
            if errno != EINTR { return .failed }
        }
    }

    package static func send(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Transfer {
        #if canImport(Darwin)
            let flags: Int32 = 0
        #else
            let flags = Int32(MSG_NOSIGNAL)
        #endif
        while true {
            #if canImport(Darwin)
                let count = Darwin.send(descriptor, bytes.baseAddress, bytes.count, flags)
            #elseif canImport(Musl)
                let count = Musl.send(descriptor, bytes.baseAddress, bytes.count, flags)
            #else
                let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, flags)
            #endif
            if count >= 0 { return .bytes(count) }
            if errno == EAGAIN || errno == EWOULDBLOCK { return .wouldBlock }
            if errno != EINTR { return .failed }
        }
    }

    /// Bytes that the system has taken to send and the peer has not acknowledged.
    package static func queuedOutput(_ descriptor: Int32) -> Int {
        #if os(Linux)
            Int(linux_queued_output(descriptor))
        #else
            0
        #endif
    }

    /// Tells the peer that nothing more will be sent.
    package static func endOutput(_ descriptor: Int32) {
        #if canImport(Glibc)
            shutdown(descriptor, Int32(SHUT_WR))
        #else
            shutdown(descriptor, SHUT_WR)
        #endif
    }

    package static func close(_ descriptor: Int32) {
        #if canImport(Darwin)
            _ = Darwin.close(descriptor)
        #elseif canImport(Musl)
            _ = Musl.close(descriptor)
        #else
            _ = Glibc.close(descriptor)
        #endif
    }

    /// Makes the close of this socket a reset.
    package static func abort(_ descriptor: Int32) {
        var value = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
        close(descriptor)
    }

    /// The descriptors that this process may have open, after asking for as many as it may ask for.
    package static func raiseDescriptorLimit() -> Int {
        #if canImport(Glibc)
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
            let resource = RLIMIT_NOFILE
        #endif
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return 1024 }
        if limit.rlim_cur < limit.rlim_max {
            let current = limit.rlim_cur
            limit.rlim_cur = limit.rlim_max
            if setrlimit(resource, &limit) != 0 { limit.rlim_cur = current }
        }
        return Int(clamping: limit.rlim_cur)
    }

    private static func localPort(of descriptor: Int32) throws(SystemError) -> Int {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutableBytes(of: &storage) { bytes -> Int32 in
            guard let address = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return -1 }
            return getsockname(descriptor, address, &length)
        }
        guard result == 0 else { throw SystemError("getsockname") }
        return port(of: &storage)
    }

    private static func port(of storage: inout sockaddr_storage) -> Int {
        withUnsafeBytes(of: &storage) { bytes in
            // The port stands at the same place in both families, in network order.
            Int(bytes[2]) << 8 | Int(bytes[3])
        }
    }

    private static func describe(_ storage: inout sockaddr_storage, _ length: socklen_t) -> String {
        if Int32(storage.ss_family) == AF_UNIX { return "unix" }
        let number = port(of: &storage)
        var text = [CChar](repeating: 0, count: 46)
        let isIPv6 = Int32(storage.ss_family) == AF_INET6
        let known = withUnsafeBytes(of: &storage) { bytes in
            let address = bytes.baseAddress.map { $0 + (isIPv6 ? 8 : 4) }
            return inet_ntop(Int32(isIPv6 ? AF_INET6 : AF_INET), address, &text, socklen_t(text.count)) != nil
        }
        guard known else { return "" }
        let host = text.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
        return isIPv6 ? "[\(host)]:\(number)" : "\(host):\(number)"
    }

    private static func systemAccept(
        _ listener: Int32,
        _ address: UnsafeMutablePointer<sockaddr>?,
        _ length: inout socklen_t
    ) -> Int32 {
        #if os(Linux)
            return linux_accept(listener, address, &length)
        #else
            let descriptor = Darwin.accept(listener, address, &length)
            if descriptor >= 0 {
                makeNonblocking(descriptor)
                set(SO_NOSIGPIPE, 1, level: SOL_SOCKET, descriptor)
            }
            return descriptor
        #endif
    }

    static func makeNonblocking(_ descriptor: Int32) {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    /// Has the system keep little that it cannot send, which is memory that nobody counts, and show a slow reader's
    /// progress: a receiver makes room known in steps of about two segments, which over loopback have 64 KiB.
    private static func boundOutput(_ descriptor: Int32) {
        #if os(Linux)
            set(TCP_NOTSENT_LOWAT, 128 << 10, level: Int32(IPPROTO_TCP), descriptor)
            set(TCP_MAXSEG, 8 << 10, level: Int32(IPPROTO_TCP), descriptor)
        #endif
    }

    private static func set(_ option: Int32, _ value: Int32, level: Int32, _ descriptor: Int32) {
        var value = value
        setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
