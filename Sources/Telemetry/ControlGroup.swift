#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// How much processor time and memory Linux's control groups give this process (cgroups(7), Documentation/admin-guide/cgroup-v2.rst).
struct ControlGroup {
    /// Where the hierarchies are mounted.
    var root = "/sys/fs/cgroup"
    /// The groups the process is in, as `/proc/self/cgroup` has them.
    var membership = read("/proc/self/cgroup") ?? ""

    /// Processors' worth of time, such as 0.5; nil without a limit.
    var processors: Double? { least("cpu", Self.limit, older: Self.olderLimit) }

    /// Bytes; nil without a limit.
    var memory: Double? {
        least("memory") {
            Self.number("\($0)/memory.max")
        } older: {
            Self.number("\($0)/memory.limit_in_bytes")
        }
    }

    /// The least of what the groups say of a controller, as version 2 has it or the older version 1.
    private func least(
        _ controller: Substring,
        _ limit: (_ folder: String) -> Double?,
        older: (_ folder: String) -> Double?
    ) -> Double? {
        let limits = membership.split(separator: "\n").flatMap { line -> [Double] in
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { return [] }
            let controllers = fields[1].split(separator: ",")
            if controllers.isEmpty { return folders(root, fields[2]).compactMap(limit) }
            guard controllers.contains(controller) else { return [] }
            return folders("\(root)/\(fields[1])", fields[2]).compactMap(older)
        }
        return limits.min()
    }

    /// A group and those around it. In a container the group's own path may lie outside of what is mounted.
    private func folders(_ root: String, _ path: Substring) -> [String] {
        var folder = root
        return [root]
            + path.split(separator: "/").map { part in
                folder += "/\(part)"
                return folder
            }
    }

    /// `cpu.max` of version 2: a quota, or `max`, and the period, in microseconds.
    private static func limit(_ folder: String) -> Double? {
        let words = read("\(folder)/cpu.max")?.split { $0 == " " || $0 == "\n" } ?? []
        guard words.count == 2, let quota = Double(words[0]), let period = Double(words[1]) else { return nil }
        return ratio(quota, period)
    }

    /// Version 1: a quota of -1 is none.
    private static func olderLimit(_ folder: String) -> Double? {
        guard let quota = number("\(folder)/cpu.cfs_quota_us"), let period = number("\(folder)/cpu.cfs_period_us")
        else {
            return nil
        }
        return ratio(quota, period)
    }

    private static func ratio(_ quota: Double, _ period: Double) -> Double? {
        quota > 0 && period > 0 ? quota / period : nil
    }

    private static func number(_ path: String) -> Double? {
        read(path).flatMap { Double($0.prefix { !$0.isNewline }) }
    }

    /// The beginning of a small file.
    private static func read(_ path: String) -> String? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}
