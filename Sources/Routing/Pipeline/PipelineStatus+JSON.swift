import DateTime
import EmbeddingCore
import JSON

extension PipelineStatus {
    func write(to json: inout JSONWriter) {
        json.member("state", state.rawValue)
        json.member("model", model?.name)
        json.member("other_model", otherModel)
        json.member("replicas", replicas.embedding.count)
        json.member("standby", replicas.standby.count)
        json.member("pending", statistics.pending)
        json.member("leased", statistics.leased)
        json.member("failed", statistics.failed)
        json.member("excluded", statistics.excluded)
        json.member("embedded", statistics.embedded)
        json.member("total", statistics.total)
        json.member("processed", processed)
        json.member("skipped_unchanged", skippedUnchanged)
        json.member("rate_per_second", (ratePerSecond * 100).rounded() / 100)
        json.member("eta_seconds", etaSeconds?.rounded(.up))
        json.member("paused_since", pause?.since)
        json.member("paused_by", pause?.by)
        json.member("provider") { provider.write(to: &$0) }
    }
}

extension ProviderState {
    fileprivate func write(to json: inout JSONWriter) {
        switch self {
        case .ready: write("ready", until: nil, to: &json)
        case .preparing(let progress):
            write("preparing", until: nil, to: &json)
            json.member("error", progress)
        case .limited(let instant): write("limited", until: instant, to: &json)
        case .open(let instant): write("open", until: instant, to: &json)
        case .stopped(let error):
            write("stopped", until: nil, to: &json)
            json.member("error", error.message)
        }
    }

    private func write(_ state: String, until instant: ContinuousClock.Instant?, to json: inout JSONWriter) {
        json.member("state", state)
        json.member("retry_at", instant.map { (Timestamp.now + ($0 - ContinuousClock.now)).text })
    }
}
