/// What one check of `embed-star doctor` found.
struct Finding: Equatable, Encodable {
    enum Verdict: String, Encodable { case good = "ok", doubtful = "warn", bad = "fail" }

    var subject: String
    var verdict: Verdict
    var detail: String
    /// What to do; nil when all is well.
    var remedy: String?

    static func good(_ subject: String, _ detail: String) -> Finding {
        Finding(subject: subject, verdict: .good, detail: detail, remedy: nil)
    }

    static func doubtful(_ subject: String, _ detail: String, remedy: String) -> Finding {
        Finding(subject: subject, verdict: .doubtful, detail: detail, remedy: remedy)
    }

    static func bad(_ subject: String, _ detail: String, remedy: String) -> Finding {
        Finding(subject: subject, verdict: .bad, detail: detail, remedy: remedy)
    }
}
