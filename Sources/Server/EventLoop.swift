import Dispatch
import HTTP
import Logging
import Synchronization
import Telemetry

/// A serial Dispatch queue that owns connections from accept to close. Nothing of a connection is touched from
/// elsewhere. It also runs tasks that say so, and watches descriptors for others who want to be on the same thread.
///
/// `@unchecked Sendable`: everything but the constants and the mailbox is touched on the queue only.
package final class EventLoop: TaskExecutor, @unchecked Sendable {
    private struct Mailbox {
        var jobs: [@Sendable () -> Void] = []
        var isOpen = true
    }

    /// How often deadlines are looked at, and while shutting down.
    private static let sweepInterval = Duration.milliseconds(500)
    private static let drainSweepInterval = Duration.milliseconds(20)
    /// When the connections are too many, one part in so many makes room at once: looking for it takes a while.
    private static let evictedPart = 64
    private static let readBufferSize = 64 << 10
    private static let spareLimit = 256 << 10
    /// Jobs that jobs bring are run at once, but not for ever.
    private static let jobRounds = 16

    let configuration: HTTPServerConfiguration
    let responder: any Responder
    let metrics: ServerMetrics
    private let connectionLimit: Int
    private let bufferLimit: Int
    private let shortestTimeout: Duration
    private let queue: DispatchQueue
    private let mailbox = Mutex(Mailbox())
    private let hasMail = Atomic<Bool>(false)
    /// Whether the loop may be waiting for events. A sender of mail looks at it after it has said that there is mail, and
    /// the loop looks for mail after it has said that it waits, so that one of them sees the other.
    private let isWaiting = Atomic<Bool>(false)
    private let waker: Poller.Waker
    private let poller: Poller
    private let readBuffer: UnsafeMutableRawBufferPointer

    private(set) var now = MonotonicInstant.now
    private(set) var encoder = ResponseEncoder()
    private var connections: [Connection?] = []
    private var freeSlots: [Int] = []
    private var count = 0
    private var generation: UInt32 = 0
    private var postponed: [Connection] = []
    private var spare: [UInt8] = []
    /// What all connections keep in memory, in bytes.
    private var buffered = 0
    private var nextSweep = MonotonicInstant(nanoseconds: 0)
    private var drainDeadline: MonotonicInstant?
    private var onDrained: (@Sendable () -> Void)?
    private var watches: [UInt64: @Sendable () -> Void] = [:]
    /// The watched descriptors whose next input somebody waits for.
    private var awaited: Set<Int32> = []
    private var haltPoll = HaltPoll()

    init(
        label: String,
        configuration: HTTPServerConfiguration,
        connectionLimit: Int,
        bufferLimit: Int,
        responder: any Responder,
        metrics: ServerMetrics
    ) throws(SystemError) {
        self.configuration = configuration
        self.connectionLimit = connectionLimit
        self.bufferLimit = bufferLimit
        shortestTimeout = configuration.timeouts.shortest
        self.responder = responder
        self.metrics = metrics
        queue = DispatchQueue(label: label)
        poller = try Poller.make()
        waker = poller.waker
        readBuffer = .allocate(byteCount: Self.readBufferSize, alignment: 16)
    }

    deinit { readBuffer.deallocate() }

    func start() { queue.async { self.run() } }

    /// Has `job` run on the loop's queue; also when the loop has ended, so that nobody waits for it in vain.
    package func execute(_ job: @escaping @Sendable () -> Void) {
        let (isOpen, isFirst) = mailbox.withLock { mailbox in
            if mailbox.isOpen { mailbox.jobs.append(job) }
            return (mailbox.isOpen, mailbox.jobs.count == 1)
        }
        guard isOpen else { return queue.async(execute: job) }
        guard isFirst else { return }
        hasMail.store(true, ordering: .sequentiallyConsistent)
        if isWaiting.load(ordering: .sequentiallyConsistent) { waker.wake() }
    }

    /// Whether it runs, or is going to: nothing is watched by one that has ended.
    package var isOpen: Bool { mailbox.withLock(\.isOpen) }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }

    /// Calls `onInput` for as long as the descriptor has input. The loop outlives its shutdown while it watches something.
    /// To be called on the loop, as the other two.
    package func watch(_ descriptor: Int32, onInput: @escaping @Sendable () -> Void) {
        let token = Self.watchToken(descriptor)
        do { try poller.addInput(descriptor, token: token) } catch { preconditionFailure("\(error)") }
        watches[token] = onInput
    }

    /// - Parameter onEnd: called at once, as the descriptor may be closed then.
    package func unwatch(_ descriptor: Int32, onEnd: @escaping @Sendable () -> Void = {}) {
        poller.remove(descriptor)
        watches[Self.watchToken(descriptor)] = nil
        awaited.remove(descriptor)
        onEnd()
    }

    /// Says whether somebody waits for the descriptor's input, so that it is worth being awake when it comes.
    package func expectInput(of descriptor: Int32, _ isExpected: Bool) {
        if isExpected { awaited.insert(descriptor) } else { awaited.remove(descriptor) }
    }

    /// Those of connections have the slot in the lower half, which never grows so large.
    private static func watchToken(_ descriptor: Int32) -> UInt64 { .max - 1 - UInt64(descriptor) }
    private static let firstWatchToken = watchToken(.max)

    /// Lets requests in flight finish until the time is up; then the loop ends, unless it watches something.
    func shutDown(by deadline: MonotonicInstant, _ onDrained: @escaping @Sendable () -> Void) {
        execute {
            self.drainDeadline = min(deadline, self.drainDeadline ?? .distantFuture)
            self.onDrained = onDrained
            for connection in self.connections { connection?.drain() }
        }
    }

    /// Takes over a connection just accepted.
    func adopt(_ descriptor: Int32, peer: String) {
        if count >= connectionLimit { evict() }
        let isFull = count >= connectionLimit
        // Past the limit there is some room to say so; past that, connections are just closed.
        guard count < connectionLimit + connectionLimit / 8 + 8 else { return SystemSocket.close(descriptor) }
        let connection = insert(descriptor, peer: peer)
        do { try poller.add(descriptor, token: connection.token) } catch { return connection.close() }
        if drainDeadline != nil { connection.drain() }
        if isFull { connection.turnAway() }
    }

    // MARK: Services to connections

    func withReadBuffer(_ body: (UnsafeMutableRawBufferPointer) -> Void) { body(readBuffer) }

    /// Gives an empty output the memory that the loop keeps for it: connections need it one after the other.
    func lendBuffer(to output: inout OutputBuffer) {
        if output.isEmpty { swap(&output.bytes, &spare) }
    }

    /// Takes the memory of a sent output back, so that idle connections hold none.
    func takeBuffer(from output: inout OutputBuffer) {
        if output.bytes.capacity > spare.capacity, output.bytes.capacity <= Self.spareLimit {
            swap(&output.bytes, &spare)
        }
        output.bytes = []
    }

    /// Counts what a connection keeps more in memory than before, in bytes, or less.
    /// - Returns: whether there is room for it.
    func keep(_ change: Int) -> Bool {
        buffered += change
        return buffered <= bufferLimit
    }

    /// Gives other connections their turn first.
    func postpone(_ connection: Connection) { postponed.append(connection) }

    func remove(_ connection: Connection) {
        let slot = Int(connection.token & 0xFFFF_FFFF)
        guard connections[slot] === connection else { return }
        connections[slot] = nil
        freeSlots.append(slot)
        count -= 1
        metrics.connections.add(-1)
    }

    // MARK: The loop

    private func run() {
        while !isDrained || !watches.isEmpty {
            let count = wait()
            now = .now
            encoder.updateDate()
            for index in 0..<count {
                let (token, readiness) = poller.event(index)
                if token >= Self.firstWatchToken {
                    watches[token]?()
                    continue
                }
                let slot = Int(token & 0xFFFF_FFFF)
                // An earlier event of this round may have closed the connection.
                if let connection = connections[slot], connection.token == token { connection.handle(readiness) }
            }
            runJobs()
            runPostponed()
            if now >= nextSweep { sweep() }
            if isDrained { reportDrained() }
        }
        end()
    }

    private var isDrained: Bool { drainDeadline != nil && count == 0 }

    private func reportDrained() {
        onDrained?()
        onDrained = nil
    }

    /// - Returns: the number of events.
    private func wait() -> Int {
        guard !awaited.isEmpty else { return sleep() }
        let start = MonotonicInstant.now
        defer { haltPoll.ended(afterWaiting: (MonotonicInstant.now - start).nanoseconds) }
        let end = start + .nanoseconds(haltPoll.limit)
        while MonotonicInstant.now < end {
            let count = poller.wait(milliseconds: 0)
            if count > 0 || waitingTime == 0 { return count }
        }
        return sleep()
    }

    private func sleep() -> Int {
        isWaiting.store(true, ordering: .sequentiallyConsistent)
        defer { isWaiting.store(false, ordering: .relaxed) }
        return poller.wait(milliseconds: waitingTime)
    }

    private var waitingTime: Int32? {
        if !postponed.isEmpty || hasMail.load(ordering: .sequentiallyConsistent) { return 0 }
        if count == 0 { return nil }
        return Int32(clamping: max(0, (nextSweep - now).nanoseconds / 1_000_000 + 1))
    }

    private func runJobs() {
        for _ in 0..<Self.jobRounds where hasMail.exchange(false, ordering: .acquiringAndReleasing) {
            var jobs: [@Sendable () -> Void] = []
            mailbox.withLock { swap(&$0.jobs, &jobs) }
            for job in jobs { job() }
        }
    }

    private func runPostponed() {
        guard !postponed.isEmpty else { return }
        var connections: [Connection] = []
        swap(&connections, &postponed)
        for connection in connections { connection.advance() }
    }

    private func sweep() {
        let interval = drainDeadline == nil ? Self.sweepInterval : Self.drainSweepInterval
        nextSweep = now + min(interval, shortestTimeout)
        let isOver = drainDeadline.map { now >= $0 } ?? false
        for connection in connections {
            guard let connection else { continue }
            if isOver { connection.abort() } else if now >= connection.machine.deadline { connection.expire() }
        }
    }

    private func end() {
        var rest: [@Sendable () -> Void] = []
        mailbox.withLock { mailbox in
            mailbox.isOpen = false
            // A job left here would keep its connection, and that this loop.
            swap(&mailbox.jobs, &rest)
        }
        for job in rest { job() }
        // A connection that closed while it waited for its turn would keep this loop, and the loop it.
        postponed = []
        reportDrained()
    }

    private func insert(_ descriptor: Int32, peer: String) -> Connection {
        let slot = freeSlots.popLast() ?? connections.count
        if slot == connections.count { connections.append(nil) }
        generation &+= 1
        let token = UInt64(generation) << 32 | UInt64(slot)
        let connection = Connection(descriptor: descriptor, token: token, peer: peer, loop: self)
        connections[slot] = connection
        count += 1
        metrics.connections.add(1)
        return connection
    }

    /// Closes the connections that have kept their places longest without making use of them.
    private func evict() {
        var idle: [(since: MonotonicInstant, connection: Connection)] = []
        for connection in connections {
            if let connection, let since = connection.machine.idleSince { idle.append((since, connection)) }
        }
        idle.sort { $0.since < $1.since }
        for (_, connection) in idle.prefix(max(1, count / Self.evictedPart)) { connection.close() }
    }
}
