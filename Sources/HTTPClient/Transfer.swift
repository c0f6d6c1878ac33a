/// One request on its way.
///
/// `@unchecked Sendable`: what varies is touched only on the loop's queue.
final class Transfer: @unchecked Sendable {
    typealias Answer = Result<HTTPClientResponse, HTTPClientError>

    enum State {
        /// Not seen by the loop yet.
        case created
        case waiting(CheckedContinuation<Answer, Never>)
        case running(CheckedContinuation<Answer, Never>, EasyHandle)
        case finished
    }

    let request: HTTPClientRequest
    let target: RequestTarget
    let submitted: MonotonicTime
    var state = State.created

    init(request: HTTPClientRequest, target: RequestTarget) {
        self.request = request
        self.target = target
        submitted = .now
    }

    var deadline: MonotonicTime { submitted + request.timeouts.total }
}
