import EventLoop
import HTTP
import Synchronization
import Telemetry

/// The connections of one server on one loop, from accept to close, and what they share.
///
/// `@unchecked Sendable`: everything but the constants is touched on the loop only.
final class ConnectionTable: EventLoopTenant, @unchecked Sendable {
    /// How often deadlines are looked at, and while shutting down.
    private static let sweepInterval = Duration.milliseconds(500)
    private static let drainSweepInterval = Duration.milliseconds(20)
    /// When the connections are too many, one part in so many makes room at once: looking for it takes a while.
    private static let evictedPart = 64
    private static let readBufferSize = 64 << 10
    private static let spareLimit = 256 << 10

    let loop: EventLoop
    let configuration: HTTPServerConfiguration
    let responder: any Responder
    let metrics: ServerMetrics
    private let connectionLimit: Int
    private let bufferLimit: Int
    private let shortestTimeout: Duration
    private let readBuffer: UnsafeMutableRawBufferPointer

    /// Accepted connections on their way to this loop.
    private let arrivals = Atomic<Int>(0)

    private var id: TenantID?
    private var encoder = ResponseEncoder()
    private var connections: [Connection?] = []
    private var freeSlots: [Int] = []
    private var count = 0
    private var generation: UInt32 = 0
    private var postponed: [Connection] = []
    private var spare: [UInt8] = []
    /// What all connections keep in memory, in bytes.
    private var buffered = 0
    private var mark = HighWaterMark()
    private var nextSweep = MonotonicInstant(nanoseconds: 0)
    private var drainDeadline: MonotonicInstant?
    private var onDrained: (@Sendable () -> Void)?

    init(
        loop: EventLoop,
        configuration: HTTPServerConfiguration,
        connectionLimit: Int,
        bufferLimit: Int,
        responder: any Responder,
        metrics: ServerMetrics
    ) {
        self.loop = loop
        self.configuration = configuration
        self.connectionLimit = connectionLimit
        self.bufferLimit = bufferLimit
        shortestTimeout = configuration.timeouts.shortest
        self.responder = responder
        self.metrics = metrics
        readBuffer = .allocate(byteCount: Self.readBufferSize, alignment: 16)
    }

    deinit { readBuffer.deallocate() }

    // MARK: From anywhere

    /// Whether another connection may be on its way to this loop.
    var canTake: Bool { arrivals.load(ordering: .relaxed) < overflow }

    /// Takes over a connection just accepted.
    func take(_ descriptor: Int32, peer: String) {
        arrivals.add(1, ordering: .relaxed)
        loop.execute {
            self.arrivals.subtract(1, ordering: .relaxed)
            self.adopt(descriptor, peer: peer)
        }
    }

    /// Past the limit there is so much room to say so; past that, connections are just closed.
    private var overflow: Int { connectionLimit / 8 + 1 }

    // MARK: On the loop

    /// To be called before connections come.
    func open() { id = loop.admit(self) }

    /// Takes over a connection of a listener on the same loop.
    func adopt(_ descriptor: Int32, peer: String) {
        guard let id else { return SystemSocket.close(descriptor) }
        if count >= connectionLimit { evict() }
        let isFull = count >= connectionLimit
        guard count < connectionLimit + overflow else { return SystemSocket.close(descriptor) }
        let connection = insert(descriptor, peer: peer)
        do {
            try loop.watch(descriptor, for: [.input, .output, .changesOnly], by: id, token: connection.token)
        } catch {
            return connection.close()
        }
        if drainDeadline != nil { connection.drain() }
        if isFull { connection.turnAway() }
    }

    /// Lets requests in flight finish until the time is up, then closes the table.
    func shutDown(by deadline: MonotonicInstant, _ onDrained: @escaping @Sendable () -> Void) {
        guard id != nil else { return onDrained() }
        drainDeadline = min(deadline, drainDeadline ?? .distantFuture)
        self.onDrained = onDrained
        for connection in connections { connection?.drain() }
        nextSweep = min(nextSweep, loop.now + Self.drainSweepInterval)
        closeIfDrained()
    }

    /// Has a shutdown that is under way end earlier.
    func shortenDrain(to deadline: MonotonicInstant) {
        guard let drainDeadline else { return }
        self.drainDeadline = min(deadline, drainDeadline)
        nextSweep = min(nextSweep, deadline)
    }

    // MARK: Events

    func handle(_ readiness: Readiness, of token: UInt64) {
        let slot = Int(token & Self.slotMask)
        // An earlier event of this turn may have closed the connection.
        guard slot < connections.count, let connection = connections[slot], connection.token == token else { return }
        connection.handle(readiness)
    }

    func endTurn() {
        runPostponed()
        if count > 0, loop.now >= nextSweep { sweep() }
        closeIfDrained()
    }

    var wakeTime: MonotonicInstant {
        if !postponed.isEmpty { return MonotonicInstant(nanoseconds: 0) }
        return count == 0 ? .distantFuture : nextSweep
    }

    var expectsInput: Bool { false }

    func loopEnded() {
        for connection in connections { connection?.abort() }
        drainDeadline = loop.now
        closeIfDrained()
    }

    // MARK: Services to connections

    func withReadBuffer(_ body: (UnsafeMutableRawBufferPointer) -> Void) { body(readBuffer) }

    func encode(_ response: HTTPResponse, _ context: ResponseEncoder.Context, into output: inout [UInt8]) {
        encoder.updateDate()
        encoder.encode(response, context, into: &output)
    }

    /// Gives an empty output the memory that the table keeps for it: connections need it one after the other.
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
        if mark.note(buffered) { SystemMemory.giveBack() }
        return buffered <= bufferLimit
    }

    /// Gives other connections their turn first.
    func postpone(_ connection: Connection) { postponed.append(connection) }

    func remove(_ connection: Connection) {
        let slot = Int(connection.token & Self.slotMask)
        guard connections[slot] === connection else { return }
        connections[slot] = nil
        freeSlots.append(slot)
        count -= 1
        metrics.connections.add(-1)
    }

    // MARK: The table

    /// A token has the slot in its lower half, and above it which connection of that slot is meant.
    private static let slotBits: UInt64 = 24
    private static let slotMask: UInt64 = 1 << slotBits - 1

    private func insert(_ descriptor: Int32, peer: String) -> Connection {
        let slot = freeSlots.popLast() ?? connections.count
        if slot == connections.count { connections.append(nil) }
        generation &+= 1
        let token = UInt64(generation) << Self.slotBits | UInt64(slot)
        let connection = Connection(descriptor: descriptor, token: token, peer: peer, table: self)
        connections[slot] = connection
        if count == 0 { nextSweep = loop.now + min(Self.sweepInterval, shortestTimeout) }
        count += 1
        metrics.connections.add(1)
        return connection
    }

    private func runPostponed() {
        guard !postponed.isEmpty else { return }
        var connections: [Connection] = []
        swap(&connections, &postponed)
        for connection in connections { connection.advance() }
    }

    private func sweep() {
        let interval = drainDeadline == nil ? Self.sweepInterval : Self.drainSweepInterval
        nextSweep = loop.now + min(interval, shortestTimeout)
        let isOver = drainDeadline.map { loop.now >= $0 } ?? false
        for connection in connections {
            guard let connection else { continue }
            connection.observeOutput()
            if isOver { connection.abort() } else if loop.now >= connection.machine.deadline { connection.expire() }
        }
    }

    private func closeIfDrained() {
        guard drainDeadline != nil, count == 0, let id else { return }
        loop.dismiss(id)
        self.id = nil
        // A connection that closed while it waited for its turn would keep this table, and the table it.
        postponed = []
        onDrained?()
        onDrained = nil
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
