import Dispatch
import HTTP
import Logging
import Synchronization
import Telemetry

/// A serial Dispatch queue that owns connections from accept to close. Nothing of a connection is touched from
/// elsewhere.
///
/// `@unchecked Sendable`: everything but the constants and the mailbox is touched on the queue only.
final class EventLoop: @unchecked Sendable {
    private struct Mailbox {
        var jobs: [@Sendable () -> Void] = []
        var isOpen = true
    }

    /// How often deadlines are looked at.
    private static let sweepInterval = Duration.milliseconds(100)
    private static let readBufferSize = 64 << 10

    let configuration: HTTPServerConfiguration
    let responder: any Responder
    let metrics: ServerMetrics
    private let connectionLimit: Int
    private let queue: DispatchQueue
    private let mailbox = Mutex(Mailbox())
    private let hasMail = Atomic<Bool>(false)
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
    private var nextSweep = MonotonicInstant(nanoseconds: 0)
    private var drainDeadline: MonotonicInstant?
    private var onEnd: (@Sendable () -> Void)?

    init(
        label: String,
        configuration: HTTPServerConfiguration,
        connectionLimit: Int,
        responder: any Responder,
        metrics: ServerMetrics
    ) throws(SystemError) {
        self.configuration = configuration
        self.connectionLimit = connectionLimit
        self.responder = responder
        self.metrics = metrics
        queue = DispatchQueue(label: label)
        poller = try Poller.make()
        waker = poller.waker
        readBuffer = .allocate(byteCount: Self.readBufferSize, alignment: 16)
    }

    deinit { readBuffer.deallocate() }

    func start() { queue.async { self.run() } }

    /// Has `job` run on the loop; drops it when the loop has ended.
    func execute(_ job: @escaping @Sendable () -> Void) {
        let isFirst = mailbox.withLock { mailbox in
            guard mailbox.isOpen else { return false }
            mailbox.jobs.append(job)
            return mailbox.jobs.count == 1
        }
        guard isFirst else { return }
        hasMail.store(true, ordering: .releasing)
        waker.wake()
    }

    /// Lets requests in flight finish until the time is up, then ends the loop.
    func shutDown(by deadline: MonotonicInstant, _ onEnd: @escaping @Sendable () -> Void) {
        execute {
            self.drainDeadline = min(deadline, self.drainDeadline ?? .distantFuture)
            self.onEnd = onEnd
            for connection in self.connections { connection?.drain() }
        }
    }

    /// Takes over a connection just accepted.
    func adopt(_ descriptor: Int32, peer: String) {
        var isOver = count >= connectionLimit
        if isOver { isOver = !evict() }
        // Room for the answer that there is none; past it connections are just closed.
        if isOver && count >= connectionLimit + connectionLimit / 8 + 8 || drainDeadline != nil && isOver {
            SystemSocket.close(descriptor)
            return
        }
        let connection = insert(descriptor, peer: peer)
        do { try poller.add(descriptor, token: connection.token) } catch { return connection.close() }
        if isOver { connection.turnAway() }
        if drainDeadline != nil { connection.drain() }
    }

    // MARK: Services to connections

    func withReadBuffer(_ body: (UnsafeMutableRawBufferPointer) -> Void) { body(readBuffer) }

    /// Gives an empty output the buffer that all connections share.
    func borrowBuffer(for output: inout OutputBuffer) {
        if output.bytes.capacity == 0 { swap(&output.bytes, &spare) }
    }

    func returnBuffer(of output: inout OutputBuffer) {
        if output.bytes.capacity > spare.capacity, output.bytes.capacity <= 256 << 10 { swap(&output.bytes, &spare) }
        output.bytes = []
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
        while !isDone {
            now = .now
            poller.wait(milliseconds: waitingTime) { token, readiness in
                let slot = Int(token & 0xFFFF_FFFF)
                guard let connection = connections[slot], connection.token == token else { return }
                connection.handle(readiness)
            }
            now = .now
            encoder.updateDate()
            runJobs()
            runPostponed()
            if now >= nextSweep { sweep() }
        }
        end()
    }

    private var isDone: Bool { drainDeadline != nil && count == 0 }

    private var waitingTime: Int32? {
        if !postponed.isEmpty || hasMail.load(ordering: .acquiring) { return 0 }
        if count == 0 { return nil }
        return Int32(clamping: max(0, (nextSweep - now).nanoseconds / 1_000_000 + 1))
    }

    private func runJobs() {
        guard hasMail.exchange(false, ordering: .acquiringAndReleasing) else { return }
        var jobs: [@Sendable () -> Void] = []
        mailbox.withLock { swap(&$0.jobs, &jobs) }
        for job in jobs { job() }
    }

    private func runPostponed() {
        guard !postponed.isEmpty else { return }
        var connections: [Connection] = []
        swap(&connections, &postponed)
        for connection in connections { connection.advance() }
    }

    private func sweep() {
        nextSweep = now + Self.sweepInterval
        if let drainDeadline, now >= drainDeadline {
            for connection in connections { connection?.abort() }
        }
        for connection in connections {
            if let connection, now >= connection.machine.deadline { connection.expire() }
        }
    }

    private func end() {
        let rest = mailbox.withLock { mailbox in
            mailbox.isOpen = false
            return mailbox.jobs
        }
        for job in rest { job() }
        onEnd?()
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

    /// Closes the connection that has kept its place longest without a request in work.
    /// - Returns: whether there was one.
    private func evict() -> Bool {
        var victim: (connection: Connection, since: MonotonicInstant)?
        for connection in connections {
            guard let connection, let since = connection.machine.evictableSince else { continue }
            if since < victim?.since ?? .distantFuture { victim = (connection, since) }
        }
        victim?.connection.close()
        return victim != nil
    }
}
