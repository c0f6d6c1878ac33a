import EmbeddingCore
import HTTPClient

/// The headers `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`.
enum RateLimitHeaders {
    /// What they say, or nil when there are none.
    static func quota(in response: HTTPClientResponse) -> ProviderQuota? {
        let quota = ProviderQuota(
            requests: window("requests", in: response),
            tokens: window("tokens", in: response)
        )
        return quota == ProviderQuota() ? nil : quota
    }

    private static func window(_ resource: String, in response: HTTPClientResponse) -> ProviderQuota.Window {
        func count(_ name: String) -> Int? {
            response.header("x-ratelimit-\(name)-\(resource)").flatMap { Int($0) }.flatMap {
                (0...Bounds.tokens).contains($0) ? $0 : nil
            }
        }
        return ProviderQuota.Window(
            limit: count("limit").flatMap { $0 > 0 ? $0 : nil },
            remaining: count("remaining"),
            reset: response.header("x-ratelimit-reset-\(resource)").flatMap(duration).map {
                min($0, RetryAfter.longest)
            }
        )
    }

    /// A duration such as `12ms`, `1.5s`, `6m0s`, `1h2m3s`, or plain seconds.
    static func duration(_ text: String) -> Duration? {
        if let seconds = Double(text) { return seconds >= 0 && seconds < 1e6 ? .seconds(seconds) : nil }
        var total = Duration.zero
        var number = ""
        var unit = ""
        func add() -> Bool {
            guard let value = Double(number), value >= 0, value < 1e6, let scale = units[unit] else { return false }
            total += .seconds(value * scale)
            (number, unit) = ("", "")
            return true
        }
        for character in text {
            if character.isNumber || character == "." {
                if !unit.isEmpty, !add() { return nil }
                number.append(character)
            } else {
                unit.append(character)
            }
        }
        return add() ? total : nil
    }

    private static let units: [String: Double] = [
        "h": 3600, "m": 60, "s": 1, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9,
    ]
}
