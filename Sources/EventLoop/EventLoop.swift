import Dispatch
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A thread that waits for the readiness of descriptors, runs jobs and tasks in the order they come, and keeps time for
/// its tenants. Nothing of a tenant is touched from elsewhere.
///
/// `@unchecked Sendable`: everything but the constants, the mailbox and the atomics is touched on the loop only.
package final class EventLoop: TaskExecutor, @unchecked Sendable {
    /// Jobs that jobs bring are run at once, but not for ever.
    private static let jobRounds = 16
    private static let tokenBits: UInt64 = 56
    private static let tokenMask: UInt64 = 1 << tokenBits - 1
    /// The poller's own token stands above all of theirs.
    private static let tenantLimit = 255

    private let queue: DispatchQueue
    private let mailbox = Mailbox()
    private let waker: Poller.Waker
    private let poller: Poller
    /// When the present turn began, in nanoseconds; 0 while the loop waits.
    private let turnStart = Atomic<Int64>(0)

    /// When the present turn began. To be used on the loop only, as all below but `execute`, `run` and `end`.
    package private(set) var now = MonotonicInstant.now
    private var tenants: [(any EventLoopTenant)?] = []
    private var haltPoll = HaltPoll()
    private var isEnding = false

    /// A loop that runs until `end`.
    /// - Throws: when the system has no descriptors left.
    package init(label: String = "embed-star.loop") throws(SystemError) {
        queue = DispatchQueue(label: label)
        poller = try Poller.make()
        waker = poller.waker
        queue.async { self.turn() }
    }

    /// Several loops, at least one.
    package static func make(_ count: Int, label: String = "embed-star.loop") throws(SystemError) -> [EventLoop] {
        var loops: [EventLoop] = []
        for index in 0..<max(1, count) { loops.append(try EventLoop(label: "\(label)-\(index)")) }
        return loops
    }

    // MARK: From anywhere

    /// Has `job` run on the loop, not within the call; also when the loop has ended, so that nobody waits for it in vain.
    package func execute(_ job: @escaping @Sendable () -> Void) {
        switch mailbox.post(job) {
        case .taken: break
        case .wakesLoop: waker.wake()
        case .closed: queue.async(execute: job)
        }
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }

    /// Runs `job` on the loop.
    /// - Returns: what `job` does.
    package func run<Value: Sendable>(_ job: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in execute { continuation.resume(returning: job()) } }
    }

    /// Ends the loop, and with it what its tenants do. Returns at once.
    package func end() { execute { self.isEnding = true } }

    /// When the turn began that the loop is at; nil while it waits. A turn takes microseconds, at worst some milliseconds.
    package var turnBegan: MonotonicInstant? {
        let start = turnStart.load(ordering: .relaxed)
        return start == 0 ? nil : MonotonicInstant(nanoseconds: start)
    }

    /// The loop on whose thread this is called.
    package static var current: EventLoop? {
        pthread_getspecific(currentKey).map { Unmanaged<EventLoop>.fromOpaque($0).takeUnretainedValue() }
    }

    private static let currentKey: pthread_key_t = {
        var key = pthread_key_t()
        precondition(pthread_key_create(&key, nil) == 0, "no key for thread-specific data")
        return key
    }()

    // MARK: Services to tenants

    /// Takes a tenant in, which the loop keeps until it is dismissed.
    /// - Returns: nil when the loop has ended.
    package func admit(_ tenant: any EventLoopTenant) -> TenantID? {
        guard !isEnding else { return nil }
        let index = tenants.firstIndex { $0 == nil } ?? tenants.count
        precondition(index < Self.tenantLimit, "too many tenants on one loop")
        if index == tenants.count { tenants.append(nil) }
        tenants[index] = tenant
        return TenantID(index: index)
    }

    package func dismiss(_ tenant: TenantID) { tenants[tenant.index] = nil }

    /// Has the tenant told of the descriptor's readiness until `unwatch`, or until the descriptor is closed.
    /// - Parameter token: comes back with each event; below 2^56.
    package func watch(
        _ descriptor: Int32,
        for interest: Interest,
        by tenant: TenantID,
        token: UInt64
    ) throws(SystemError) {
        try poller.add(descriptor, interest, token: UInt64(tenant.index) << Self.tokenBits | token)
    }

    /// The same with another interest.
    package func rewatch(_ descriptor: Int32, for interest: Interest, by tenant: TenantID, token: UInt64) {
        poller.modify(descriptor, interest, token: UInt64(tenant.index) << Self.tokenBits | token)
    }

    package func unwatch(_ descriptor: Int32) { poller.remove(descriptor) }

    // MARK: The loop

    private func turn() {
        pthread_setspecific(Self.currentKey, Unmanaged.passUnretained(self).toOpaque())
        while !isEnding {
            let count = wait()
            now = .now
            turnStart.store(now.nanoseconds, ordering: .relaxed)
            for index in 0..<count {
                let (token, readiness) = poller.event(index)
                tenants[Int(token >> Self.tokenBits)]?.handle(readiness, of: token & Self.tokenMask)
            }
            runJobs()
            for index in tenants.indices { tenants[index]?.endTurn() }
            turnStart.store(0, ordering: .relaxed)
        }
        for tenant in tenants { tenant?.loopEnded() }
        tenants = []
        pthread_setspecific(Self.currentKey, nil)
        // A job left here would keep what it holds, and that this loop.
        for job in mailbox.close() { job() }
    }

    /// - Returns: the number of events.
    private func wait() -> Int {
        guard tenants.contains(where: { $0?.expectsInput == true }) else { return sleep() }
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
        mailbox.beginWaiting()
        defer { mailbox.endWaiting() }
        return poller.wait(milliseconds: waitingTime)
    }

    private var waitingTime: Int32? {
        if mailbox.hasJobs { return 0 }
        var soonest = MonotonicInstant.distantFuture
        for tenant in tenants { if let tenant { soonest = min(soonest, tenant.wakeTime) } }
        if soonest == .distantFuture { return nil }
        return soonest <= now ? 0 : Int32(clamping: (soonest - now).nanoseconds / 1_000_000 + 1)
    }

    private func runJobs() {
        for _ in 0..<Self.jobRounds {
            guard let jobs = mailbox.take() else { return }
            for job in jobs { job() }
        }
    }
}
