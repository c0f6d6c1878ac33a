import Dispatch
import EventLoop
import Testing

@testable import EmbedStar

@Suite(.timeLimit(.minutes(1))) struct WatchdogTests {
    @Test func `a loop that hangs is noticed`() async throws {
        let loops = try EventLoop.make(2)
        defer { for loop in loops { loop.end() } }
        let watchdog = Watchdog(loops: loops, patience: .zero)
        let (begun, signal) = AsyncStream.makeStream(of: Void.self)
        let latch = DispatchSemaphore(value: 0)
        loops[1].execute {
            signal.finish()
            latch.wait()
        }
        for await _ in begun {}
        #expect(watchdog.stall()?.contains("event loop") == true)
        latch.signal()
        while watchdog.stall() != nil { await Task.yield() }
    }

    @Test func `tasks that get no turn are noticed`() {
        let watchdog = Watchdog(loops: [], patience: .seconds(10))
        let start = MonotonicInstant(nanoseconds: 1)
        #expect(watchdog.stall(at: start + .seconds(100)) == nil, "nothing is expected before the start")
        watchdog.beat(at: start)
        #expect(watchdog.stall(at: start + .seconds(10)) == nil)
        #expect(watchdog.stall(at: start + .seconds(11))?.contains("task") == true)
        watchdog.beat(at: start + .seconds(11))
        #expect(watchdog.stall(at: start + .seconds(12)) == nil)
    }
}
