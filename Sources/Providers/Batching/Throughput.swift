/// How fast calls went lately, for telling a caller whether to wait.
struct Throughput: Sendable, Hashable {
    /// Seconds of one call, averaged over the last ten or so.
    private(set) var secondsPerCall: Double?

    mutating func observe(_ duration: Duration) {
        let seconds = duration / .seconds(1)
        secondsPerCall = secondsPerCall.map { $0 * 0.9 + seconds * 0.1 } ?? seconds
    }

    /// How long a part of a call that failed may take before it counts as hanging: much longer than calls took lately.
    var patience: Duration {
        guard let secondsPerCall else { return .seconds(15) }
        return .seconds(min(max(secondsPerCall * 8, 5), 60))
    }

    /// How long so many calls take, those under way included; zero as long as nothing is known.
    func wait(calls: Int, parallelCalls: Int) -> Duration {
        guard let secondsPerCall else { return .zero }
        let rounds = (calls + parallelCalls - 1) / parallelCalls
        return .seconds(Double(rounds) * secondsPerCall)
    }
}
