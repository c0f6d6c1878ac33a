import DateTime
import EmbeddingCore
import SurrealDB

/// Reads rows of the repo table with the state of their embeddings.
enum StoredRepoRow {
    /// Of the row itself.
    static let own = RepoRow.fields + ", embedding_model, embedding_fingerprint, embedding_generated_at"
    /// Of its job.
    static let job = "\(JobTable.job(of: "id", in: "repo")).{ status, attempts, error } AS job"
    /// What `repo(_:)` reads.
    static let fields = own + ", " + job
    /// The same of a row that is odd.
    static let essentials = RepoRow.essentials + ", embedding_model, embedding_generated_at, " + job

    /// Nil for a row that nobody can name.
    static func repo(_ row: SurrealValue) -> StoredRepo? {
        guard let repo = RepoRow.repo(row) else { return nil }
        let fingerprint = row["embedding_fingerprint"].string
        let job = row["job"]
        let state: StoredRepo.State =
            switch job["status"].string.flatMap(JobTable.Status.init) {
            case .failed: .failed
            case .excluded: .excluded
            case .pending, .leased: .pending
            case nil: fingerprint == nil ? .pending : .embedded
            }
        return StoredRepo(
            repo: repo,
            state: state,
            model: row["embedding_model"].string,
            fingerprint: fingerprint,
            generatedAt: Timestamp(row["embedding_generated_at"])?.text,
            attempts: job["attempts"].count ?? 0,
            lastError: job["error"].string
        )
    }
}
