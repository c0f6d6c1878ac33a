import DateTime
import EmbeddingCore
import SurrealDB

struct SurrealRepoExport: RepoExport {
    private static let vectorFields =
        ", embedding, embedding_model, embedding_fingerprint, embedding_text_hash, embedding_generated_at"

    let reader: RowReader

    func page(
        after cursor: DocumentID?,
        limit: Int,
        withVectors: Bool
    ) async throws(StoreError) -> (repos: [ExportedRepo], next: DocumentID?) {
        let rows = try await reader.page(
            RepoRow.fields + ", github_id" + (withVectors ? Self.vectorFields : ""),
            orElse: RepoRow.essentials,
            of: "repo",
            after: try cursor?.record(),
            limit: limit,
            timeout: .seconds(120)
        )
        let next = rows.count == limit ? try rows.last.map(RepoRow.id) : nil
        return (rows.compactMap(Self.repo), next)
    }

    private static func repo(_ row: SurrealValue) -> ExportedRepo? {
        guard let repo = RepoRow.repo(row) else { return nil }
        return ExportedRepo(
            repo: repo,
            githubID: row["github_id"].int,
            updatedAt: Timestamp(row["updated_at"])?.text,
            embedding: embedding(row)
        )
    }

    private static func embedding(_ row: SurrealValue) -> StoredEmbedding? {
        guard let values = row["embedding"].floats, let model = row["embedding_model"].string,
            let fingerprint = row["embedding_fingerprint"].string, let hash = row["embedding_text_hash"].string
        else { return nil }
        return StoredEmbedding(
            values: values,
            model: model,
            fingerprint: fingerprint,
            textHash: hash,
            generatedAt: Timestamp(row["embedding_generated_at"])?.text
        )
    }
}
