import CInferenceKernels
import Glibc
import Synchronization

/// The parts of one batch's work, divided among the thread that has the batch and those that have nothing to do. Who is
/// there takes the next part, so nobody waits for a thread that comes late or leaves early.
final class ForkJoin: Sendable {
    typealias Body = (_ part: Int, _ thread: Int) throws(InferenceError) -> Void

    /// How often a thread looks again before it lets others run.
    private static let spins = 4096

    /// The number of the thread that has the batch.
    let thread: Int
    /// How many threads may take part, itself among them.
    let members: Int

    private let gather: @Sendable (ForkJoin) -> Void
    /// Odd while helpers are wanted; each call for them has a number of its own.
    private let calls = Atomic<Int>(0)
    private let unclaimed = Atomic<Int>(0)
    private let unfinished = Atomic<Int>(0)
    private let failure = Mutex<InferenceError?>(nil)
    /// Written by the thread that has the batch while there is nothing to claim, read by who has claimed a part.
    nonisolated(unsafe) private var body: Body?

    /// - Parameter gather: calls other threads, which are to call `help`, when there are parts for them.
    init(thread: Int, members: Int, gather: @escaping @Sendable (ForkJoin) -> Void = { _ in }) {
        self.thread = thread
        self.members = members
        self.gather = gather
    }

    var wantsHelp: Bool { !calls.load(ordering: .relaxed).isMultiple(of: 2) }

    /// `count` things as ranges of nearly the same size, one for each member where there are enough.
    /// - Parameter block: the sizes of all but the last are multiples of it.
    func parts(of count: Int, by block: Int) -> [Range<Int>] {
        let blocks = count / block
        let parts = max(1, min(members, blocks))
        let bounds = (0..<parts).map { blocks * $0 / parts * block } + [count]
        return zip(bounds, bounds.dropFirst()).map { $0..<$1 }
    }

    /// Calls `body` once for each part, and returns when all have returned. Only for the thread that has the batch.
    /// - Throws: the first error of any part.
    func run(_ parts: Int, _ body: Body) throws(InferenceError) {
        guard parts > 1, members > 1 else {
            for part in 0..<parts { try body(part, thread) }
            return
        }
        if !wantsHelp {
            calls.add(1, ordering: .relaxed)
            gather(self)
        }
        withoutActuallyEscaping(body) { body in
            self.body = body
            unfinished.store(parts, ordering: .relaxed)
            unclaimed.store(parts, ordering: .releasing)
            while takePart(as: thread) {}
            wait { unfinished.load(ordering: .acquiring) == 0 }
            self.body = nil
        }
        if let error = failure.withLock({ $0.take() }) { throw error }
    }

    /// Takes parts until `end` is called.
    /// - Parameter thread: the caller's number.
    func help(as thread: Int) {
        let call = calls.load(ordering: .relaxed)
        guard !call.isMultiple(of: 2) else { return }
        wait {
            while takePart(as: thread) {}
            return calls.load(ordering: .relaxed) != call
        }
    }

    /// Sends the helpers away, each after the part that it has begun; the next parts call for them again.
    func end() {
        let call = calls.load(ordering: .relaxed)
        guard !call.isMultiple(of: 2) else { return }
        _ = calls.compareExchange(expected: call, desired: call + 1, ordering: .relaxed)
    }

    /// - Returns: false when none is left.
    private func takePart(as thread: Int) -> Bool {
        var left = unclaimed.load(ordering: .relaxed)
        while left > 0 {
            let (isTaken, found) = unclaimed.compareExchange(expected: left, desired: left - 1, ordering: .acquiring)
            guard isTaken else {
                left = found
                continue
            }
            do {
                try body?(left - 1, thread)
            } catch {
                failure.withLock { $0 = $0 ?? error }
            }
            unfinished.subtract(1, ordering: .releasing)
            return true
        }
        return false
    }

    /// Looks again and again, for what comes within microseconds.
    private func wait(until isTrue: () -> Bool) {
        var looks = 0
        while !isTrue() {
            looks += 1
            if looks < Self.spins { inference_pause() } else { sched_yield() }
        }
    }
}
