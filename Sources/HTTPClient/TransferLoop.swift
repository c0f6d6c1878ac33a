import CCurl
import Dispatch
import Synchronization
import Telemetry

#if canImport(Glibc)
    import Glibc
#endif

/// The thin shell around a libcurl multi handle: every transfer of a client runs on one serial executor.
///
/// `@unchecked Sendable`: everything but the constants and `inbox` is touched only on the executor.
final class TransferLoop: @unchecked Sendable {
    enum Command: Sendable {
        case start(Transfer, CheckedContinuation<Transfer.Answer, Never>)
        case cancel(Transfer)
        case shutdown(CheckedContinuation<Void, Never>?)
    }

    /// How exactly the deadlines of transfers are kept; libcurl's own timers are exact.
    private static let deadlineInterval = Duration.milliseconds(20)

    /// Easy handles kept for later requests, some ten kilobytes each.
    private static let idleHandleLimit = 64

    private struct Inbox {
        var commands: [Command] = []
        var executor: (any TransferExecutor)?
    }

    private static let timerQueue = DispatchQueue(label: "embed-star.http-client.timers")

    private let inbox = Mutex(Inbox())
    private let makeExecutor: @Sendable () -> any TransferExecutor
    private let configuration: HTTPClient.Configuration
    private let metrics: HTTPClientMetrics
    private let multi: UnsafeMutableRawPointer
    private let curlTimer: any DispatchSourceTimer
    private let deadlineTimer: any DispatchSourceTimer

    private var sockets = SocketSet()
    private var transfers: TransferQueue<Transfer>
    private var idleHandles: [EasyHandle] = []
    private var running: [ObjectIdentifier: EasyHandle] = [:]
    private var spareInbox: [Command] = []
    private var isWatching = false
    private var isExpectingInput = false
    /// When libcurl wants to be called without an event.
    private var curlDeadline: MonotonicTime?
    /// What `curlTimer` is set to, which may be earlier than needed.
    private var curlTimerSetting: MonotonicTime?
    private var isDeadlineTimerSet = false
    private var isShutDown = false

    init(
        configuration: HTTPClient.Configuration,
        metrics: HTTPClientMetrics,
        makeExecutor: @escaping @Sendable () -> any TransferExecutor
    ) {
        _ = Self.isLibraryReady
        guard let multi = curl_multi_init() else { preconditionFailure("curl_multi_init failed") }
        self.multi = multi
        self.configuration = configuration
        self.metrics = metrics
        self.makeExecutor = makeExecutor
        transfers = TransferQueue(
            limit: configuration.maxConnections,
            limitPerOrigin: configuration.maxConnectionsPerHost,
            waitingLimit: configuration.maxWaitingRequests
        )
        curlTimer = DispatchSource.makeTimerSource(queue: Self.timerQueue)
        deadlineTimer = DispatchSource.makeTimerSource(queue: Self.timerQueue)
        setMultiOptions()
        curlTimer.setEventHandler { [weak self] in self?.execute { $0.curlTimerFired() } }
        deadlineTimer.setEventHandler { [weak self] in self?.execute { $0.deadlineTimerFired() } }
        curlTimer.activate()
        deadlineTimer.activate()
    }

    /// libcurl's and OpenSSL's global state, set up once. OpenSSL may write to a closed socket, which must not end
    /// the process.
    private static let isLibraryReady: Bool = {
        signal(SIGPIPE, SIG_IGN)
        return curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
    }()

    private func setMultiOptions() {
        ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, configuration.maxConnections)
        ccurl_multi_set_callbacks(
            multi,
            { _, socket, poll, context, _ in
                TransferLoop.of(context).sockets.want(socket, poll)
                return 0
            },
            { _, milliseconds, context in
                let loop = TransferLoop.of(context)
                loop.curlDeadline = milliseconds < 0 ? nil : .now + .milliseconds(milliseconds)
                return 0
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
    }

    private static func of(_ context: UnsafeMutableRawPointer?) -> TransferLoop {
        guard let context else { preconditionFailure("libcurl gave no context") }
        return Unmanaged<TransferLoop>.fromOpaque(context).takeUnretainedValue()
    }

    // MARK: Commands

    /// Hands a command to the loop; those of one thread are obeyed in order.
    func submit(_ command: Command) {
        let isFirst = inbox.withLock { inbox in
            inbox.commands.append(command)
            return inbox.commands.count == 1
        }
        if isFirst { execute { $0.obeyCommands() } }
    }

    private func execute(_ body: @escaping @Sendable (TransferLoop) -> Void) { executor.execute { body(self) } }

    /// Made for the first command.
    private var executor: any TransferExecutor {
        inbox.withLock { inbox in
            let executor = inbox.executor ?? makeExecutor()
            inbox.executor = executor
            return executor
        }
    }

    private func obeyCommands() {
        if !isWatching, !isShutDown {
            isWatching = true
            executor.watch(sockets.descriptor) { [unowned self] in handleEvents() }
        }
        var commands = spareInbox
        inbox.withLock { swap(&$0.commands, &commands) }
        for command in commands {
            switch command {
            case .start(let transfer, let continuation): admit(transfer, continuation)
            case .cancel(let transfer): cancel(transfer)
            case .shutdown(let continuation):
                shutDown()
                continuation?.resume()
            }
        }
        commands.removeAll(keepingCapacity: true)
        spareInbox = commands
        advance()
    }

    private func admit(_ transfer: Transfer, _ continuation: CheckedContinuation<Transfer.Answer, Never>) {
        if case .finished = transfer.state {
            return resume(continuation, with: .failure(HTTPClientError(.cancelled, "cancelled before it began")))
        }
        guard !isShutDown else {
            transfer.state = .finished
            return resume(continuation, with: .failure(HTTPClientError(.shutdown, "the client is shut down")))
        }
        switch transfers.admit(transfer, origin: transfer.target.origin) {
        case .start: start(transfer, continuation)
        case .wait: transfer.state = .waiting(continuation)
        case .full:
            transfer.state = .finished
            resume(continuation, with: .failure(HTTPClientError(.other, "too many requests wait for a connection")))
        }
        setDeadlineTimer()
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
                return TransferLoop.of(context).open(address)
            },
            { context, socket in
                TransferLoop.of(context).close(socket)
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
        return handle
    }

    private func open(_ address: curl_sockaddr) -> Int32 {
        let before = sockets.openCount
        defer { metrics.connections.add(Double(sockets.openCount - before)) }
        return sockets.open(family: address.family, type: address.socktype, protocol: address.protocol)
    }

    private func close(_ socket: Int32) -> Int32 {
        let before = sockets.openCount
        defer { metrics.connections.add(Double(sockets.openCount - before)) }
        return sockets.close(socket)
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
        case .finished:
            break
        }
    }

    private func shutDown() {
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
        // The descriptor has to stay open until the executor has let go of it, and with it the loop.
        executor.unwatch(sockets.descriptor) { withExtendedLifetime(self) {} }
        curlTimer.cancel()
        deadlineTimer.cancel()
    }

    // MARK: Events

    private func handleEvents() {
        // A few rounds save the way through Dispatch; more would hold up commands and deadlines.
        for _ in 0..<4 where !isShutDown {
            let count = sockets.poll()
            for index in 0..<count {
                guard let (socket, bits) = sockets.event(at: index) else { continue }
                var left: Int32 = 0
                curl_multi_socket_action(multi, socket, bits, &left)
            }
            advance()
            if count == 0 { break }
        }
    }

    private func curlTimerFired() {
        curlTimerSetting = nil
        advance()
    }

    /// Lets libcurl do what is due, takes finished transfers out and starts waiting ones, until nothing is left to do.
    private func advance() {
        guard !isShutDown else { return }
        repeat {
            if let deadline = curlDeadline, deadline <= .now {
                curlDeadline = nil
                var left: Int32 = 0
                curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &left)
            }
            collectFinished()
            while let transfer = transfers.next() {
                guard case .waiting(let continuation) = transfer.state else { continue }
                start(transfer, continuation)
            }
        } while curlDeadline.map { $0 <= .now } ?? false
        setCurlTimer()
        if isExpectingInput == running.isEmpty {
            isExpectingInput.toggle()
            executor.expectInput(of: sockets.descriptor, isExpectingInput)
        }
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

    // MARK: Time

    private func setCurlTimer() {
        guard let deadline = curlDeadline else { return }
        if let setting = curlTimerSetting, setting <= deadline { return }
        curlTimerSetting = deadline
        curlTimer.schedule(deadline: deadline.dispatchTime, leeway: .milliseconds(1))
    }

    private func setDeadlineTimer() {
        guard !isDeadlineTimerSet, !isShutDown else { return }
        isDeadlineTimerSet = true
        let next = MonotonicTime.now + Self.deadlineInterval
        deadlineTimer.schedule(deadline: next.dispatchTime, leeway: .milliseconds(5))
    }

    private func deadlineTimerFired() {
        isDeadlineTimerSet = false
        let now = MonotonicTime.now
        for handle in Array(running.values) {
            guard let transfer = handle.transfer, let phase = handle.expiredPhase(now) else { continue }
            finish(transfer, with: .failure(HTTPClientError(.timeout, "\(phase): \(transfer.target.redacted)")))
        }
        if transfers.waiting > 0 {
            for transfer in transfers.removeWaiting(where: { $0.deadline <= now }) {
                fail(waiting: transfer, HTTPClientError(.timeout, "no connection became free in time"))
            }
        }
        advance()
        if !running.isEmpty || transfers.waiting > 0 { setDeadlineTimer() }
    }
}
