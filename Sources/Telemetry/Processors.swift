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
    /// Those that this process may use.
    package static var available: Int {
        #if os(Linux)
            let count = Int(linux_available_processors())
            if count > 0 { return count }
        #endif
        return max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }
}
