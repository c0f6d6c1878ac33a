import Testing

@testable import EventLoop

@Suite struct DescriptorBudgetTests {
    /// What the process opens at worst: clients past the limit that are told so, and those on their way to a loop.
    private func worst(_ budget: DescriptorBudget, loops: Int) -> Int {
        let accepted = [budget.service, budget.monitoring].map { connections in
            let share = max(1, connections / loops)
            return connections == 0 ? 0 : loops * (share + 2 * (share / 8 + 1))
        }
        return accepted.reduce(2 * loops + 2 * budget.outbound, +)
    }

    @Test(arguments: [200, 1024, 4096, 1 << 20], [1, 2, 8])
    func `promises no more than there is`(limit: Int, loops: Int) throws {
        for hasMonitoringPort in [false, true] {
            let budget = try #require(
                DescriptorBudget(limit: limit, loops: loops, connections: 10_000, hasMonitoringPort: hasMonitoringPort)
            )
            #expect(budget.service >= 1 && budget.service <= 10_000)
            #expect((budget.monitoring >= 1) == hasMonitoringPort)
            #expect(worst(budget, loops: loops) + 32 <= limit, "\(budget)")
        }
    }

    @Test func `a large limit cuts nothing`() throws {
        let budget = try #require(
            DescriptorBudget(limit: 1 << 20, loops: 4, connections: 10_000, hasMonitoringPort: true)
        )
        #expect(budget.service == 10_000 && budget.outbound == 256)
    }

    @Test func `too small a limit is refused`() {
        #expect(DescriptorBudget(limit: 64, loops: 1, connections: 10, hasMonitoringPort: false) == nil)
    }
}
