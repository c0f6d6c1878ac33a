import DateTime

/// How long a server asks its clients to wait (RFC 9110 §10.2.3).
package enum RetryAfter {
    /// Longest wait that is believed.
    package static let longest = Duration.seconds(3600)

    /// `retry-after-ms` before `Retry-After`, whose value is seconds (fractions allowed) or a date. A date is compared
    /// with the answer's own `Date`, so that our clock does not matter.
    package static func duration(in response: HTTPClientResponse, now: () -> Double) -> Duration? {
        if let text = response.header("retry-after-ms"), let milliseconds = Double(text), milliseconds.isFinite {
            return bounded(seconds: milliseconds / 1000)
        }
        guard let text = response.header("retry-after") else { return nil }
        if let seconds = Double(text), seconds.isFinite { return bounded(seconds: seconds) }
        guard let date = Timestamp(httpDate: text) else { return nil }
        let reference = response.header("date").flatMap { Timestamp(httpDate: $0)?.secondsSince1970 } ?? now()
        return bounded(seconds: date.secondsSince1970 - reference)
    }

    private static func bounded(seconds: Double) -> Duration {
        min(longest, .seconds(max(0, min(seconds, 1e6))))
    }
}
