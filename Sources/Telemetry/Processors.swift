#if os(Linux)
    import CLinux
#endif
#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The processors of the machine.
package enum Processors {
    /// What the control groups allowed when it was first asked.
    private static let limit = ControlGroup().processors

    /// Those that this process may use, and for which it is given time.
    package static var available: Int {
        #if os(Linux)
            let count = Int(linux_available_processors())
            if count > 0 { return usable(count, within: limit) }
        #endif
        return max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    }

    /// As many threads of `count` processors as there is time for; more would only wait for one another.
    static func usable(_ count: Int, within limit: Double?) -> Int {
        min(count, max(1, limit.map { Int($0.rounded(.up)) } ?? count))
    }
}
