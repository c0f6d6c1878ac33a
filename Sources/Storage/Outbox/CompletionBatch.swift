import EmbeddingCore
import SurrealDB

/// The outcomes of claimed jobs as one statement, which is one transaction. Each job is fenced by the claim's token, which
/// is used once: whatever makes a row due again takes the claim off its job.
struct CompletionBatch {
    let variables: [String: SurrealValue]
    /// How many outcomes there are.
    private let count: Int
    /// The places of those with a vector.
    private let places: [Int]

    init(_ completions: [JobCompletion], token: ClaimToken, model: EmbeddingModel) throws(StoreError) {
        var variables: [String: SurrealValue] = [
            "claim": .string(token.value), "model": .string(model.name), "fingerprint": .string(model.fingerprint),
            "embedding_completion": true,
        ]
        var places: [Int] = []
        var jobs: [SurrealValue] = []
        var embedded: [String?: [SurrealValue]] = [:]
        var unchanged: [SurrealValue] = []
        var kept: [SurrealValue] = []
        for completion in completions {
            let row = try completion.job.id.record()
            let job = JobTable.job(of: row)
            jobs.append(job)
            switch completion.outcome {
            case .embedded(let embedding):
                let place = jobs.count - 1
                variables["repo\(place)"] = .recordID(row)
                variables["vector\(place)"] = .floats(embedding.values)
                variables["hash\(place)"] = .string(completion.job.document.textHash)
                places.append(place)
                embedded[completion.job.storedFingerprint, default: []].append(job)
            case .unchanged:
                unchanged.append(job)
            case .retry(let delay, let error):
                kept.append(Self.kept(job, .pending, after: delay, error: error))
            case .released(let delay):
                kept.append(Self.kept(job, .pending, after: delay, attempts: -1))
            case .deadLetter(let error):
                kept.append(Self.kept(job, .failed, error: error, parkedFor: completion.job.document))
            case .excluded:
                kept.append(Self.kept(job, .excluded, parkedFor: completion.job.document))
            }
        }
        count = jobs.count
        variables["jobs"] = .array(jobs)
        variables["unchanged"] = .array(unchanged)
        variables["kept"] = .array(kept)
        variables["embedded"] = .array(Self.groups(embedded))
        self.places = places
        self.variables = variables
    }

    /// The jobs of embedded rows as the change log has them: by the fingerprint before, so many an entry.
    private static func groups(_ embedded: [String?: [SurrealValue]]) -> [SurrealValue] {
        embedded.flatMap { fingerprint, jobs in
            stride(from: 0, to: jobs.count, by: ChangeLog.rowsPerEntry).map { start in
                let part = jobs[start..<min(jobs.count, start + ChangeLog.rowsPerEntry)]
                return .object(["jobs": .array(Array(part)), "old": SurrealValue(fingerprint)])
            }
        }
    }

    /// About how many bytes an outcome takes in a request.
    static func bytes(_ completion: JobCompletion) -> Int {
        let key = 2 * completion.job.id.encoded.count + 200
        return switch completion.outcome {
        case .embedded(let embedding): key + 5 * embedding.values.count + 600
        default: key + 500
        }
    }

    /// - Parameters:
    ///   - delay: nil parks the job.
    ///   - document: what a parked job is about.
    private static func kept(
        _ job: SurrealValue,
        _ status: JobTable.Status,
        after delay: Duration? = nil,
        error: String? = nil,
        attempts: Int = 0,
        parkedFor document: Document? = nil
    ) -> SurrealValue {
        .object([
            "job": job, "status": .string(status.rawValue), "delay": delay.map(SurrealValue.duration) ?? .none,
            "error": SurrealValue(error.map { String($0.unicodeScalars.prefix(500)) }),
            "attempts": SurrealValue(attempts), "parked_for": SurrealValue(document.map(JobTable.parkedFor)),
        ])
    }

    /// Answers how many of the jobs were ours when it began. The entries in the change log come last, so that their ids
    /// are close to the time of the commit, and have the rows of those jobs that really ended.
    /// - Parameter asksEach: whether each row is written only if its job is still ours. Else nothing is done, and nothing
    ///   answered, unless all jobs are: that takes the engine an eighth less.
    func statement(asksEach: Bool) -> String {
        """
        {
          LET $held = (SELECT VALUE id FROM $jobs WHERE claim = $claim);
          \(asksEach ? "" : "IF array::len($held) != array::len($jobs) { RETURN NONE };")
          FOR $e IN $kept {
            UPDATE $e.job SET status = $e.status, claim = NONE, attempts += $e.attempts, error = $e.error ?? error,
              parked_for = $e.parked_for,
              failed_at = IF $e.status = \(JobTable.Status.failed.literal) { time::now() } ELSE { NONE },
              due_at = IF $e.delay = NONE { \(JobTable.never) } ELSE { time::now() + $e.delay }
              WHERE claim = $claim RETURN NONE;
          };
          DELETE $unchanged WHERE claim = $claim RETURN NONE;
          \(places.map { Self.write($0, asks: asksEach) }.joined())
          FOR $e IN $embedded {
            LET $ended = (DELETE $e.jobs WHERE claim = $claim RETURN BEFORE);
            IF $ended != [] {
              \(ChangeLog.enter(rows: "$ended.repo", kind: "\"EMBED\"", ", old_fingerprint = $e.old, fingerprint = $fingerprint"))
            };
          };
          RETURN array::len($held);
        }
        """
    }

    /// Writes one embedding. Its large variables are its own, and there is no loop: the engine copies a variable each time
    /// that it is named, and an entry of a loop would be copied with its vector for every field.
    /// - Parameter asks: whether it is written only if its job is still ours.
    private static func write(_ place: Int, asks: Bool) -> String {
        let write = """
            UPDATE $repo\(place) SET embedding = $vector\(place), embedding_model = $model,
              embedding_fingerprint = $fingerprint, embedding_text_hash = $hash\(place),
              embedding_generated_at = time::now() RETURN NONE;
            """
        return asks ? "IF $jobs[\(place)].claim = $claim { \(write) };\n" : write + "\n"
    }

    /// How many of the jobs were not ours, given the statement's answer.
    func fenced(_ held: SurrealValue) -> Int { count - min(count, max(0, held.int ?? 0)) }
}
