#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The memory that this process may use.
package enum MachineMemory {
    /// In bytes: the machine's, or the limit of the control group (version 2) when that is lower.
    package static var available: Int {
        let machine = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
        return min(machine, controlGroupLimit() ?? machine)
    }

    private static func controlGroupLimit() -> Int? {
        guard let file = fopen("/sys/fs/cgroup/memory.max", "r") else { return nil }
        defer { fclose(file) }
        var limit = 0
        // "max" is no number.
        return withUnsafeMutablePointer(to: &limit) { pointer in
            withVaList([pointer]) { vfscanf(file, "%ld", $0) }
        } == 1 ? limit : nil
    }
}
