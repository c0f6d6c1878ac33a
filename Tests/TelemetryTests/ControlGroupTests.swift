import Foundation
import Testing

@testable import Telemetry

/// Over folders that look as the kernel's do.
@Suite final class ControlGroupTests {
    private let root = FileManager.default.temporaryDirectory.appending(path: "cgroup-\(UUID().uuidString)")

    deinit { try? FileManager.default.removeItem(at: root) }

    private func write(_ path: String, _ text: String) throws {
        let file = root.appending(path: path)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    private func processors(_ membership: String) -> Double? {
        ControlGroup(root: root.path, membership: membership).processors
    }

    @Test func `half a processor is half a processor`() throws {
        try write("pod/cpu.max", "50000 100000\n")
        #expect(processors("0::/pod\n") == 0.5)
    }

    @Test func `the tightest of the groups around counts`() throws {
        try write("a/cpu.max", "150000 100000\n")
        try write("a/b/cpu.max", "max 100000\n")
        try write("a/b/c/cpu.max", "400000 100000\n")
        #expect(processors("0::/a/b/c\n") == 1.5)
    }

    @Test func `in a container the mount begins at the group itself`() throws {
        try write("cpu.max", "200000 100000\n")
        #expect(processors("0::/../../elsewhere\n") == 2)
        #expect(processors("0::/\n") == 2)
    }

    @Test func `version 1 is understood`() throws {
        try write("cpu,cpuacct/docker/x/cpu.cfs_quota_us", "25000\n")
        try write("cpu,cpuacct/docker/x/cpu.cfs_period_us", "50000\n")
        try write("cpu,cpuacct/docker/cpu.cfs_quota_us", "-1\n")
        try write("cpu,cpuacct/docker/cpu.cfs_period_us", "100000\n")
        #expect(processors("4:memory:/docker/x\n3:cpu,cpuacct:/docker/x\n") == 0.5)
    }

    @Test func `memory is bounded by the tightest group, of either version`() throws {
        try write("a/memory.max", "max\n")
        try write("a/b/memory.max", "1048576\n")
        try write("memory/docker/memory.limit_in_bytes", "4096\n")
        #expect(ControlGroup(root: root.path, membership: "0::/a/b\n").memory == 1_048_576)
        #expect(ControlGroup(root: root.path, membership: "0::/a\n").memory == nil)
        #expect(ControlGroup(root: root.path, membership: "4:memory:/docker\n").memory == 4096)
        #expect(MachineMemory.available > 0)
    }

    @Test(arguments: ["", "x", "0::/none\n", "0::/odd\n", "1:cpu\n"])
    func `no limit, and what is not understood, is none`(membership: String) throws {
        try write("odd/cpu.max", "many few\n")
        #expect(processors(membership) == nil)
    }

    @Test(arguments: [(1, 0.5, 1), (2, 0.5, 1), (64, 0.5, 1), (64, 1.5, 2), (64, 8, 8), (2, 8, 2), (64, nil, 64)])
    func `as many threads as there is time for, and one at least`(cores: Int, limit: Double?, expected: Int) {
        #expect(Processors.usable(cores, within: limit) == expected)
    }
}
