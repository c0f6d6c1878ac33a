import Dispatch
import Glibc
import Testing

@testable import EventLoop

@Suite(.timeLimit(.minutes(1))) struct EventLoopTests {
    /// Tells when it is let go.
    private final class Sentinel: Sendable {
        let signal: AsyncStream<Void>.Continuation

        init(_ signal: AsyncStream<Void>.Continuation) { self.signal = signal }

        deinit { signal.finish() }
    }

    /// Reads a byte for each event.
    ///
    /// `@unchecked Sendable`: touched on its loop only.
    private final class ByteReader: EventLoopTenant, @unchecked Sendable {
        let descriptor: Int32
        let receiver: AsyncStream<UInt8>.Continuation
        var wakeTime = MonotonicInstant.distantFuture
        var expectsInput = true

        init(_ descriptor: Int32, _ receiver: AsyncStream<UInt8>.Continuation) {
            self.descriptor = descriptor
            self.receiver = receiver
        }

        func handle(_ readiness: Readiness, of token: UInt64) {
            #expect(token == 77 && readiness.contains(.readable))
            var byte: UInt8 = 0
            read(descriptor, &byte, 1)
            receiver.yield(byte)
        }

        func endTurn() {
            guard wakeTime != .distantFuture else { return }
            wakeTime = .distantFuture
            receiver.yield(0)
        }

        func loopEnded() { receiver.finish() }
    }

    @Test func `a loop is let go also when jobs come as it ends`() async throws {
        let (released, signal) = AsyncStream.makeStream(of: Void.self)
        try await runToItsEnd(Sentinel(signal))
        for await _ in released {}
    }

    private func runToItsEnd(_ sentinel: Sentinel) async throws {
        let loop = try EventLoop()
        await loop.run {
            loop.end()
            // Runs right after the end was asked for, and leaves a job that holds the loop.
            loop.execute { loop.execute { withExtendedLifetime((loop, sentinel)) {} } }
        }
        // Also after its end somebody runs what it is given.
        for _ in 0..<3 { #expect(await loop.run { true }) }
    }

    @Test func `tells a tenant of its descriptor of the time and of the end`() async throws {
        let loop = try EventLoop()
        var pipe: [Int32] = [0, 0]
        #expect(Glibc.pipe(&pipe) == 0)
        let (input, output) = (pipe[0], pipe[1])
        defer {
            close(input)
            close(output)
        }
        let (bytes, receiver) = AsyncStream.makeStream(of: UInt8.self)
        let reader = ByteReader(input, receiver)
        let id = try #require(await loop.run { loop.admit(reader) })
        try await loop.run { Result { try loop.watch(input, for: .input, by: id, token: 77) } }.get()
        // Level-triggered: both come, though only one is read at a time.
        var (one, two): (UInt8, UInt8) = (1, 2)
        write(output, &one, 1)
        write(output, &two, 1)
        var iterator = bytes.makeAsyncIterator()
        #expect(await iterator.next() == 1)
        #expect(await iterator.next() == 2)
        await loop.run { reader.wakeTime = loop.now + .milliseconds(1) }
        #expect(await iterator.next() == 0)
        loop.end()
        #expect(await iterator.next() == nil)
        #expect(await loop.run { loop.admit(reader) == nil })
    }

    @Test func `knows which loop a call is on`() async throws {
        let loops = try EventLoop.make(2)
        defer { for loop in loops { loop.end() } }
        #expect(EventLoop.current == nil)
        for loop in loops {
            #expect(await loop.run { EventLoop.current === loop })
            #expect(await Task(executorPreference: loop) { EventLoop.current === loop }.value)
        }
    }

    @Test func `tells how long it has been at one turn`() async throws {
        let loop = try EventLoop()
        defer { loop.end() }
        let (begun, signal) = AsyncStream.makeStream(of: Void.self)
        let latch = DispatchSemaphore(value: 0)
        loop.execute {
            signal.finish()
            latch.wait()
        }
        for await _ in begun {}
        #expect(loop.turnBegan != nil)
        latch.signal()
        while loop.turnBegan != nil { await Task.yield() }
    }
}
