import CCurl
import EventLoop
import Synchronization
import Telemetry

#if canImport(Glibc)
    import Glibc
#endif

/// The thin shell around a libcurl multi handle: a client's transfers on one loop.
///
/// `@unchecked Sendable`: everything but the constants and the load is touched on the loop only.
final class MultiHandle: EventLoopTenant, @unchecked Sendable {
    /// How exactly the deadlines of transfers are kept; libcurl's own timers are exact.
    private static let deadlineInterval = Duration.milliseconds(20)

    /// Easy handles kept for later requests, some ten kilobytes each.
    private static let idleHandleLimit = 64

    let loop: EventLoop
    /// Transfers that run or wait here.
    private let load = Atomic<Int>(0)
    private let limit: Int
    private let configuration: HTTPClient.Configuration
    private let metrics: HTTPClientMetrics
    private let multi: UnsafeMutableRawPointer

    private var id: TenantID?
    private var sockets = SocketInterests()
    private var transfers: TransferQueue<Transfer>
    private var idleHandles: [EasyHandle] = []
    private var running: [ObjectIdentifier: EasyHandle] = [:]
    /// When libcurl wants to be called without an event.
    private var curlDeadline: MonotonicInstant?
    /// When the transfers' deadlines are looked at next.
    private var nextSweep = MonotonicInstant.distantFuture
    private var isAdvanceDue = false
    private var isShutDown = false

    /// - Parameter share: this handle has one part in so many of what the configuration allows.
    init(loop: EventLoop, configuration: HTTPClient.Configuration, share: Int, metrics: HTTPClientMetrics) {
        _ = Self.isLibraryReady
        guard let multi = curl_multi_init() else { preconditionFailure("curl_multi_init failed") }
        self.loop = loop
        self.multi = multi
        self.configuration = configuration
        self.metrics = metrics
        limit = (min(configuration.maxConnections, configuration.maxConnectionsPerHost) + share - 1) / share
        transfers = TransferQueue(
            limit: (configuration.maxConnections + share - 1) / share,
            limitPerOrigin: (configuration.maxConnectionsPerHost + share - 1) / share,
            waitingLimit: (configuration.maxWaitingRequests + share - 1) / share
        )
        setMultiOptions()
    }

    /// libcurl's and OpenSSL's global state, set up once. OpenSSL may write to a closed socket, which must not end
    /// the process.
    private static let isLibraryReady: Bool = {
        signal(SIGPIPE, SIG_IGN)
        return curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
    }()

    private func setMultiOptions() {
        ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, transfers.limit)
        ccurl_multi_set_callbacks(
            multi,
            { _, socket, poll, context, _ in
                MultiHandle.of(context).want(socket, poll)
                return 0
            },
            { _, milliseconds, context in
                let handle = MultiHandle.of(context)
                handle.curlDeadline = milliseconds < 0 ? nil : .now + .milliseconds(milliseconds)
                return 0
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
    }

    private static func of(_ context: UnsafeMutableRawPointer?) -> MultiHandle {
        guard let context else { preconditionFailure("libcurl gave no context") }
        return Unmanaged<MultiHandle>.fromOpaque(context).takeUnretainedValue()
    }

    // MARK: From anywhere

    /// How many transfers run or wait here.
    var currentLoad: Int { load.load(ordering: .relaxed) }

    /// Whether a transfer would start at once, as far as can be told from elsewhere.
    var hasRoom: Bool { currentLoad < limit }

    /// Makes the transfer's request.
    func perform(_ transfer: Transfer) async -> Transfer.Answer {
        load.add(1, ordering: .relaxed)
        defer { load.subtract(1, ordering: .relaxed) }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in loop.execute { self.admit(transfer, continuation) } }
        } onCancel: {
            loop.execute { self.cancel(transfer) }
        }
    }

    // MARK: Transfers

    private func admit(_ transfer: Transfer, _ continuation: CheckedContinuation<Transfer.Answer, Never>) {
        if case .finished = transfer.state {
            return resume(continuation, with: .failure(HTTPClientError(.cancelled, "cancelled before it began")))
        }
        if id == nil, !isShutDown { id = loop.admit(self) }
        guard id != nil, !isShutDown else {
            transfer.state = .finished
            return resume(continuation, with: .failure(HTTPClientError(.shutdown, "the client is shut down")))
        }
        switch transfers.admit(transfer, origin: transfer.target.origin) {
        case .start: start(transfer, continuation)
        case .wait: transfer.state = .waiting(continuation)
        case .full:
            transfer.state = .finished
            resume(continuation, with: .failure(HTTPClientError(.other, "the queue for a connection is full")))
        }
        if nextSweep == .distantFuture { nextSweep = loop.now + Self.deadlineInterval }
        advanceSoon()
    }

    private func start(_ transfer: Transfer, _ continuation: CheckedContinuation<Transfer.Answer, Never>) {
        guard let handle = idleHandles.popLast() ?? makeHandle() else {
            transfer.state = .finished
            transfers.finish(origin: transfer.target.origin)
            return resume(continuation, with: .failure(HTTPClientError(.other, "out of memory")))
        }
        handle.prepare(transfer, remaining: transfer.deadline - .now)
        transfer.state = .running(continuation, handle)
        running[ObjectIdentifier(handle)] = handle
        let code = curl_multi_add_handle(multi, handle.pointer)
        if code != CURLM_OK {
            finish(transfer, with: .failure(HTTPClientError(.other, String(cString: curl_multi_strerror(code)))))
        }
    }

    private func makeHandle() -> EasyHandle? {
        guard let handle = EasyHandle(configuration: configuration) else { return nil }
        ccurl_set_socket_callbacks(
            handle.pointer,
            { context, _, address in
                guard let address = address?.pointee else { return CURL_SOCKET_BAD }
                return MultiHandle.of(context).open(address)
            },
            { context, socket in
                MultiHandle.of(context).close(socket)
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
        return handle
    }

    private func open(_ address: curl_sockaddr) -> Int32 {
        let socket = Glibc.socket(address.family, address.socktype | Int32(SOCK_CLOEXEC.rawValue), address.protocol)
        if socket >= 0 { countConnections { $0.opened(socket) } }
        return socket
    }

    private func close(_ socket: Int32) -> Int32 {
        countConnections { $0.closes(socket) }
        return Glibc.close(socket)
    }

    private func countConnections(_ change: (inout SocketInterests) -> Void) {
        let before = sockets.openCount
        change(&sockets)
        metrics.connections.add(Double(sockets.openCount - before))
    }

    private func want(_ socket: Int32, _ poll: Int32) { tellLoop(of: socket, sockets.want(socket, poll)) }

    private func tellLoop(of socket: Int32, _ change: SocketInterests.Change) {
        guard let id else { return }
        switch change {
        case .none: break
        case .unwatch: loop.unwatch(socket)
        case .rewatch(let interest): loop.rewatch(socket, for: interest, by: id, token: UInt64(socket))
        case .watch(let interest):
            // Without memory for it in the kernel, the transfer ends by its time limit.
            try? loop.watch(socket, for: interest, by: id, token: UInt64(socket))
        }
    }

    private func cancel(_ transfer: Transfer) {
        switch transfer.state {
        case .created:
            transfer.state = .finished
        case .waiting(let continuation):
            _ = transfers.removeWaiting { $0 === transfer }
            transfer.state = .finished
            resume(continuation, with: .failure(HTTPClientError(.cancelled, "cancelled while waiting")))
        case .running:
            finish(transfer, with: .failure(HTTPClientError(.cancelled, "cancelled")))
            advanceSoon()
        case .finished:
            break
        }
    }

    /// Fails what is under way and closes every connection. To be called on the loop.
    func shutDown() {
        guard !isShutDown else { return }
        isShutDown = true
        let error = HTTPClientError(.shutdown, "the client is shut down")
        for transfer in transfers.removeWaiting(where: { _ in true }) { fail(waiting: transfer, error) }
        for handle in Array(running.values) {
            if let transfer = handle.transfer { finish(transfer, with: .failure(error)) }
        }
        // The handles go before the multi handle, whose connections are closed with it.
        idleHandles = []
        curl_multi_cleanup(multi)
        curlDeadline = nil
        if let id { loop.dismiss(id) }
    }

    // MARK: Events

    func handle(_ readiness: Readiness, of token: UInt64) {
        guard !isShutDown else { return }
        let socket = Int32(truncatingIfNeeded: token)
        guard let bits = sockets.bits(of: readiness, on: socket) else {
            return tellLoop(of: socket, sockets.change(of: socket))
        }
        var left: Int32 = 0
        curl_multi_socket_action(multi, socket, bits, &left)
        advanceSoon()
    }

    func endTurn() {
        if loop.now >= nextSweep { sweep() }
        if isCurlDue(at: loop.now) { advance() }
    }

    var wakeTime: MonotonicInstant { min(nextSweep, curlDeadline ?? .distantFuture) }

    var expectsInput: Bool { !running.isEmpty }

    func loopEnded() { shutDown() }

    /// Advances after what else there is to be done at this time.
    private func advanceSoon() {
        guard !isAdvanceDue else { return }
        isAdvanceDue = true
        loop.execute { self.advance() }
    }

    private func isCurlDue(at now: MonotonicInstant) -> Bool { curlDeadline.map { $0 <= now } ?? false }

    /// Lets libcurl do what is due, takes finished transfers out and starts waiting ones, until nothing is left to do.
    private func advance() {
        isAdvanceDue = false
        guard !isShutDown else { return }
        repeat {
            if isCurlDue(at: .now) {
                curlDeadline = nil
                var left: Int32 = 0
                curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &left)
            }
            collectFinished()
            while let transfer = transfers.next() {
                guard case .waiting(let continuation) = transfer.state else { continue }
                start(transfer, continuation)
            }
        } while isCurlDue(at: .now)
    }

    private func collectFinished() {
        var code = CURLE_OK
        while let pointer = ccurl_multi_next_finished(multi, &code) {
            var context: UnsafeMutableRawPointer?
            ccurl_get_pointer(pointer, CURLINFO_PRIVATE, &context)
            let handle = EasyHandle.of(context)
            guard let transfer = handle.transfer else { continue }
            finish(transfer, with: handle.answer(code))
        }
    }

    private func finish(_ transfer: Transfer, with answer: Transfer.Answer) {
        guard case .running(let continuation, let handle) = transfer.state else { return }
        transfer.state = .finished
        curl_multi_remove_handle(multi, handle.pointer)
        running[ObjectIdentifier(handle)] = nil
        transfers.finish(origin: transfer.target.origin)
        handle.clear()
        if idleHandles.count < Self.idleHandleLimit { idleHandles.append(handle) }
        resume(continuation, with: answer)
    }

    private func fail(waiting transfer: Transfer, _ error: HTTPClientError) {
        guard case .waiting(let continuation) = transfer.state else { return }
        transfer.state = .finished
        resume(continuation, with: .failure(error))
    }

    private func resume(_ continuation: CheckedContinuation<Transfer.Answer, Never>, with answer: Transfer.Answer) {
        metrics.count(answer)
        continuation.resume(returning: answer)
    }

    /// Ends transfers whose time is over.
    private func sweep() {
        let now = loop.now
        for handle in Array(running.values) {
            guard let transfer = handle.transfer, let phase = handle.expiredPhase(now) else { continue }
            let words = "\(phase): \(transfer.target.redacted)\(handle.way)"
            finish(transfer, with: .failure(HTTPClientError(.timeout, words)))
        }
        if transfers.waiting > 0 {
            for transfer in transfers.removeWaiting(where: { $0.deadline <= now }) {
                fail(waiting: transfer, HTTPClientError(.timeout, "no connection became free in time"))
            }
        }
        advance()
        let isIdle = running.isEmpty && transfers.waiting == 0
        nextSweep = isIdle ? .distantFuture : now + Self.deadlineInterval
    }
}
