#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The standard `process_*` metrics, read from the operating system when asked.
package struct ProcessMetrics: Sendable {
    private let cpu: Gauge
    private let resident: Gauge
    private let virtual: Gauge
    private let descriptors: Gauge
    private let descriptorLimit: Gauge

    package init(registry: MetricsRegistry) {
        cpu = registry.measuredCounter("process_cpu_seconds_total", "User and system CPU time spent, in seconds.")
        resident = registry.gauge("process_resident_memory_bytes", "Resident memory, in bytes.")
        virtual = registry.gauge("process_virtual_memory_bytes", "Virtual memory, in bytes.")
        descriptors = registry.gauge("process_open_fds", "Open file descriptors.")
        descriptorLimit = registry.gauge("process_max_fds", "Maximum number of open file descriptors.")
        registry.gauge("process_start_time_seconds", "Start of the process, in seconds since 1970.")
            .set(Double(time(nil)))
    }

    /// Brings the gauges up to date.
    package func update() {
        var usage = rusage()
        if getrusage(Self.usageOfSelf, &usage) == 0 {
            cpu.set(Self.seconds(usage.ru_utime) + Self.seconds(usage.ru_stime))
        }
        var limit = rlimit()
        if getrlimit(Self.limitOfDescriptors, &limit) == 0 { descriptorLimit.set(Double(limit.rlim_cur)) }
        #if os(Linux)
            if let (virtualPages, residentPages) = Self.memoryPages() {
                let page = Double(sysconf(Int32(_SC_PAGESIZE)))
                virtual.set(Double(virtualPages) * page)
                resident.set(Double(residentPages) * page)
            }
            descriptors.set(Double(Self.openDescriptors()))
        #endif
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }

    #if os(Linux)
        private static let usageOfSelf = __rusage_who_t(RUSAGE_SELF.rawValue)
        private static let limitOfDescriptors = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)

        private static func memoryPages() -> (Int, Int)? {
            guard let file = fopen("/proc/self/statm", "re") else { return nil }
            defer { fclose(file) }
            var buffer = [CChar](repeating: 0, count: 128)
            guard fgets(&buffer, Int32(buffer.count), file) != nil else { return nil }
            let text = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            let fields = text.split(separator: " ")
            guard fields.count > 1, let size = Int(fields[0]), let resident = Int(fields[1]) else { return nil }
            return (size, resident)
        }

        private static func openDescriptors() -> Int {
            guard let directory = opendir("/proc/self/fd") else { return 0 }
            defer { closedir(directory) }
            // Three entries are not descriptors of the process: `.`, `..`, and the one that reads the folder.
            var count = -3
            while readdir(directory) != nil { count += 1 }
            return max(count, 0)
        }
    #else
        private static let usageOfSelf = RUSAGE_SELF
        private static let limitOfDescriptors = RLIMIT_NOFILE
    #endif
}
