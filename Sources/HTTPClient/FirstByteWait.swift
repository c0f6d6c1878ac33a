import EventLoop

/// The wait for an answer's first byte. It begins when the request has been sent, of which libcurl gives no notice: it
/// is looked at now and then.
struct FirstByteWait {
    let limit: Duration
    private var wasSending = false
    private var requestEnd: MonotonicInstant?

    init(limit: Duration) { self.limit = limit }

    /// Whether the wait has been too long, given what is seen of the request.
    /// - Parameters:
    ///   - sendingSince: when the request could be sent; nil while the connection is not there.
    ///   - isSent: whether all of it has been sent.
    mutating func isOver(_ now: MonotonicInstant, sendingSince: MonotonicInstant?, isSent: Bool) -> Bool {
        guard let sendingSince else { return false }
        if requestEnd == nil, isSent {
            // Found sent at the first look, it was sent about as soon as it could be.
            requestEnd = wasSending ? now : sendingSince
        }
        wasSending = true
        guard let requestEnd else { return false }
        return requestEnd + limit <= now
    }
}
