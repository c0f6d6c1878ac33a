import EmbeddingCore
import SurrealDB

/// The outcomes of claimed jobs as one statement, which is one transaction.
struct CompletionBatch {
    let statement: String
    let variables: [String: SurrealValue]
    private let fences: [(job: SurrealValue, generation: SurrealValue)]

    init(_ completions: [JobCompletion], token: ClaimToken, model: EmbeddingModel) throws(StoreError) {
        var fences: [(job: SurrealValue, generation: SurrealValue)] = []
        var variables: [String: SurrealValue] = [
            "claim": .string(token.value), "model": .string(model.name), "fingerprint": .string(model.fingerprint),
            "embedding_completion": true,
        ]
        var embedded = ""
        var ended: [SurrealValue] = []
        var kept: [SurrealValue] = []
        for completion in completions {
            let row = try completion.job.id.record()
            let job = JobTable.job(of: row)
            let generation = SurrealValue(completion.job.generation)
            fences.append((job, generation))
            let entry: [String: SurrealValue] = ["job": job, "gen": generation]
            switch completion.outcome {
            case .embedded(let embedding):
                let place = fences.count
                variables["job\(place)"] = job
                variables["gen\(place)"] = generation
                variables["repo\(place)"] = .recordID(row)
                variables["vector\(place)"] = .floats(embedding.values)
                variables["hash\(place)"] = .string(completion.job.document.textHash)
                variables["old\(place)"] = SurrealValue(completion.job.storedFingerprint)
                embedded += Self.embedded(place)
            case .unchanged:
                ended.append(.object(entry))
            case .retry(let delay, let error):
                kept.append(.object(entry.merging(Self.kept(.pending, after: delay, error: error)) { $1 }))
            case .released(let delay):
                let fields = Self.kept(.pending, after: delay, attempts: -1)
                kept.append(.object(entry.merging(fields) { $1 }))
            case .deadLetter(let error):
                kept.append(.object(entry.merging(Self.kept(.failed, error: error)) { $1 }))
            case .excluded:
                kept.append(.object(entry.merging(Self.kept(.excluded)) { $1 }))
            }
        }
        self.fences = fences
        variables["jobs"] = .array(fences.map(\.job))
        variables["ended"] = .array(ended)
        variables["kept"] = .array(kept)
        self.variables = variables
        statement = Self.statement(embedded)
    }

    /// About how many bytes an outcome takes in a request.
    static func bytes(_ completion: JobCompletion) -> Int {
        let key = 2 * completion.job.id.encoded.count + 200
        return switch completion.outcome {
        case .embedded(let embedding): key + 5 * embedding.values.count + 600
        default: key + 500
        }
    }

    /// - Parameter delay: nil parks the job.
    private static func kept(
        _ status: JobTable.Status,
        after delay: Duration? = nil,
        error: String? = nil,
        attempts: Int = 0
    ) -> [String: SurrealValue] {
        [
            "status": .string(status.rawValue), "delay": delay.map(SurrealValue.duration) ?? .none,
            "error": SurrealValue(error.map { String($0.unicodeScalars.prefix(500)) }),
            "attempts": SurrealValue(attempts),
        ]
    }

    /// Answers which of the jobs were ours when it began. Each job is fenced by itself: comparing lists with each other
    /// takes quadratic time there.
    private static func statement(_ embedded: String) -> String {
        """
        {
          LET $held = (SELECT id, gen FROM $jobs WHERE claim = $claim);
          FOR $e IN $kept {
            UPDATE $e.job SET status = $e.status, claim = NONE, attempts += $e.attempts, error = $e.error ?? error,
              failed_at = IF $e.status = \(JobTable.Status.failed.literal) { time::now() } ELSE { NONE },
              due_at = IF $e.delay = NONE { \(JobTable.never) } ELSE { time::now() + $e.delay }
              WHERE claim = $claim AND gen = $e.gen RETURN NONE;
          };
          FOR $e IN $ended { DELETE $e.job WHERE claim = $claim AND gen = $e.gen RETURN NONE };
          \(embedded)
          RETURN $held;
        }
        """
    }

    /// Writes one embedding if its job is still ours. The variables are its own, and there is no loop: the engine copies
    /// a variable each time that it is named, and an entry of a loop would be copied with its vector for every field.
    /// The entry in the change log comes right after the write, so that its id is close to the time of the commit.
    private static func embedded(_ place: Int) -> String {
        let entry = ", old_fingerprint = $old\(place), fingerprint = $fingerprint"
        return """
            IF (DELETE $job\(place) WHERE claim = $claim AND gen = $gen\(place) RETURN BEFORE) != [] {
              UPDATE $repo\(place) SET embedding = $vector\(place), embedding_model = $model,
                embedding_fingerprint = $fingerprint, embedding_text_hash = $hash\(place),
                embedding_generated_at = time::now() RETURN NONE;
              \(ChangeLog.enter("$repo\(place)", kind: "\"EMBED\"", entry))
            };

            """
    }

    /// How many of the jobs were not ours, given the statement's answer.
    func fenced(_ held: SurrealValue) -> Int {
        let held = Dictionary((held.array ?? []).map { ($0["id"], $0["gen"]) }) { first, _ in first }
        return fences.count { held[$0.job] != $0.generation }
    }
}
