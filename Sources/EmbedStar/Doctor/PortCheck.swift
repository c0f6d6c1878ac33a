import ArgumentParser
import EventLoop

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Whether the port can be listened on.
enum PortCheck {
    static func finding(host: String, port: Int, isMonitoring: Bool = false) -> Finding {
        guard let code = bindingError(host: host, port: port) else {
            return .good("port", "\(PortError.address(host, port)) is free")
        }
        let error = PortError(host: host, port: port, code: code, isMonitoring: isMonitoring)
        return .doubtful("port", error.reason, remedy: error.remedy)
    }

    /// The first port of the loopback address, from `first` on, that is free.
    static func firstFree(from first: Int) -> Int {
        (first...65535).first { bindingError(host: "127.0.0.1", port: $0) == nil } ?? first
    }

    /// The error number of a trial binding; nil when it went well.
    private static func bindingError(host: String, port: Int) -> Int32? {
        if host.hasPrefix("unix:") { return bindingError(path: String(host.dropFirst(5))) }
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

extension PortCheck {
    private static func bindingError(path: String) -> Int32? {
        do throws(SystemError) {
            SystemSocket.close(try SystemSocket.listen(path: path, mode: 0o600, backlog: 1))
            SystemSocket.remove(path: path)
            return nil
        } catch {
            return error.code
        }
    }
}

/// Why a port cannot be listened on, and what to do about it.
struct PortError: Error, CustomStringConvertible {
    let reason: String
    let remedy: String
    let exitCode: ExitCode

    /// - Parameter code: the error number of the binding.
    init(host: String, port: Int, code: Int32, isMonitoring: Bool) {
        reason = "\(Self.address(host, port)): \(String(cString: strerror(code)))"
        exitCode = code == EACCES ? .noPermission : .unavailable
        let setting = isMonitoring ? "MONITORING_PORT" : "PORT"
        remedy =
            switch code {
            case EADDRINUSE where host.hasPrefix("unix:"):
                "stop what listens there (it may be embed-star itself), or name another path in HOST"
            case _ where host.hasPrefix("unix:"): "name a shorter path in HOST, in a folder that can be written"
            case EADDRINUSE: "stop what listens there (it may be embed-star itself), or set \(setting) (now \(port))"
            case EACCES: "set \(setting) (now \(port)) to one above 1023, or grant CAP_NET_BIND_SERVICE"
            default: "correct HOST (now \(host))"
            }
    }

    /// As people write it.
    static func address(_ host: String, _ port: Int) -> String { host.hasPrefix("unix:") ? host : "\(host):\(port)" }

    var description: String { "cannot listen on \(reason)\n\(remedy)" }
}
