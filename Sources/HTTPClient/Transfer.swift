import EventLoop

/// One request on its way.
///
/// `@unchecked Sendable`: what varies is touched only on the loop.
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
    let target: AbsoluteURL
    let submitted: MonotonicInstant
    var state = State.created

    init(request: HTTPClientRequest, target: AbsoluteURL) {
        self.request = request
        self.target = target
        submitted = .now
    }

    var deadline: MonotonicInstant { submitted + request.timeouts.total }
}
