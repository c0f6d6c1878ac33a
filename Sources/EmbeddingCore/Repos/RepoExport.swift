/// The whole table of repos, page by page, for a backup.
package protocol RepoExport: Sendable {
    /// Rows after `cursor` in order of their ids.
    /// - Returns: the repos, and where to continue; nil at the end.
    func page(
        after cursor: DocumentID?,
        limit: Int,
        withVectors: Bool
    ) async throws(StoreError) -> (repos: [ExportedRepo], next: DocumentID?)
}

/// A repo with all that is to come back with it.
package struct ExportedRepo: Sendable, Hashable {
    package var repo: Repo
    /// GitHub's number of it.
    package var githubID: Int?
    /// RFC 3339.
    package var updatedAt: String?
    package var embedding: StoredEmbedding?

    package init(repo: Repo, githubID: Int? = nil, updatedAt: String? = nil, embedding: StoredEmbedding? = nil) {
        self.repo = repo
        self.githubID = githubID
        self.updatedAt = updatedAt
        self.embedding = embedding
    }
}

/// A vector with what it was made of, so that whoever has it need not make it again.
package struct StoredEmbedding: Sendable, Hashable {
    package let values: [Float]
    /// The model's name and its fingerprint.
    package let model: String
    package let fingerprint: String
    /// That of the text, in lower-case hex.
    package let textHash: String
    /// RFC 3339.
    package let generatedAt: String?

    /// Nil for what cannot be the vector of a model.
    package init?(
        values: [Float],
        model: String,
        fingerprint: String,
        textHash: String,
        generatedAt: String? = nil
    ) {
        guard (1...65_536).contains(values.count), values.allSatisfy(\.isFinite), values.contains(where: { $0 != 0 }),
            [model, fingerprint, textHash].allSatisfy({ (1...512).contains($0.utf8.count) })
        else { return nil }
        self.values = values
        self.model = model
        self.fingerprint = fingerprint
        self.textHash = textHash
        self.generatedAt = generatedAt
    }
}
