import EmbeddingCore
import SurrealDB

/// The outcomes of claimed jobs as variables of one statement, which is one transaction.
struct CompletionBatch {
    let variables: [String: SurrealValue]

    init(_ completions: [JobCompletion], token: ClaimToken, model: EmbeddingModel) throws(StoreError) {
        var fences: [SurrealValue] = []
        var embedded: [SurrealValue] = []
        var ended: [SurrealValue] = []
        var kept: [SurrealValue] = []
        for completion in completions {
            let job = try completion.job.id.job()
            let fence: SurrealValue = [job, SurrealValue(completion.job.generation)]
            fences.append(job)
            switch completion.outcome {
            case .embedded(let embedding, let textHash):
                embedded.append([
                    "fence": fence, "repo": try .record(completion.job.id), "hash": .string(textHash),
                    "vector": .floats(embedding.values),
                    "old": SurrealValue(completion.job.storedFingerprint),
                ])
            case .unchanged:
                ended.append(["fence": fence])
            case .retry(let delay, let error):
                kept.append(Self.kept(fence, "pending", after: delay, error: error))
            case .released(let delay):
                kept.append(Self.kept(fence, "pending", after: delay, error: nil, attempts: -1))
            case .deadLetter(let error):
                kept.append(Self.kept(fence, "failed", after: nil, error: error))
            case .excluded:
                kept.append(Self.kept(fence, "excluded", after: nil, error: nil))
            }
        }
        variables = [
            "jobs": .array(fences), "claim": .string(token.value), "embedded": .array(embedded),
            "ended": .array(ended), "kept": .array(kept), "model": .string(model.name),
            "fingerprint": .string(model.fingerprint),
        ]
    }

    private static func kept(
        _ fence: SurrealValue,
        _ status: String,
        after delay: Duration?,
        error: String?,
        attempts: Int = 0
    ) -> SurrealValue {
        [
            "fence": fence, "status": .string(status), "delay": delay.map(SurrealValue.duration) ?? .none,
            "error": SurrealValue(error.map { String($0.prefix(500)) }), "attempts": SurrealValue(attempts),
        ]
    }

    /// Answers how many of the jobs were still ours. The change log comes last, so that its ids are close to the
    /// time of the commit.
    static let statement = """
        {
          LET $held = (SELECT VALUE [id, gen] FROM $jobs WHERE claim = $claim);
          LET $written = (SELECT * FROM $embedded WHERE fence IN $held);
          LET $finished = (SELECT * FROM $ended WHERE fence IN $held);
          LET $parked = (SELECT * FROM $kept WHERE fence IN $held);
          FOR $e IN $parked {
            UPDATE $e.fence[0] SET status = $e.status, claim = NONE, attempts += $e.attempts,
              error = $e.error ?? error,
              failed_at = IF $e.status = "failed" { time::now() } ELSE { NONE },
              due_at = IF $e.delay = NONE { \(SurrealJobQueue.never) } ELSE { time::now() + $e.delay } RETURN NONE;
          };
          FOR $e IN $written {
            UPDATE $e.repo SET embedding = $e.vector, embedding_model = $model, embedding_fingerprint = $fingerprint,
              embedding_text_hash = $e.hash, embedding_generated_at = time::now() RETURN NONE;
          };
          DELETE (SELECT VALUE fence[0] FROM array::concat($written, $finished)) RETURN NONE;
          INSERT INTO embedding_change (SELECT rand::ulid() AS id, repo, "EMBED" AS kind, old AS old_fingerprint,
            $fingerprint AS fingerprint FROM $written) RETURN NONE;
          RETURN array::len($written) + array::len($finished) + array::len($parked);
        }
        """
}
