#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Whether the port can be listened on.
enum PortCheck {
    static func finding(host: String, port: Int) -> Finding {
        guard let code = bindingError(host: host, port: port) else { return .good("port", "\(host):\(port) is free") }
        let reason = String(cString: strerror(code))
        let remedy =
            code == EADDRINUSE
            ? "stop what listens there (it may be embed-star itself), or set PORT" : "correct HOST (now \(host))"
        return .doubtful("port", "\(host):\(port): \(reason)", remedy: remedy)
    }

    /// The error number of a trial binding; nil when it went well.
    private static func bindingError(host: String, port: Int) -> Int32? {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        #if os(Linux)
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
            hints.ai_socktype = SOCK_STREAM
        #endif
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &list) == 0, let address = list?.pointee else {
            return EADDRNOTAVAIL
        }
        defer { freeaddrinfo(list) }
        let descriptor = socket(address.ai_family, address.ai_socktype, address.ai_protocol)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        return bind(descriptor, address.ai_addr, address.ai_addrlen) == 0 ? nil : errno
    }
}
