#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The memory that this process may use.
package enum MachineMemory {
    /// In bytes: the machine's, or what its control groups leave of it.
    package static var available: Int {
        let machine = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
        return Int(min(Double(machine), ControlGroup().memory ?? .infinity))
    }
}
