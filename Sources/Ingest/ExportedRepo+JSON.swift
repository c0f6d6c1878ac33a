package import EmbeddingCore
package import JSON

/// One line of an export, which `RepoReader` reads again.
extension ExportedRepo {
    package func write(to json: inout JSONWriter) {
        json.member("full_name", repo.fullName)
        json.member("owner", repo.owner)
        json.member("description", repo.description)
        json.member("language", repo.language)
        json.member("stars", repo.stars)
        json.member("url", repo.url)
        json.member("topics", repo.topics)
        json.member("is_private", repo.isPrivate)
        json.member("is_archived", repo.isArchived)
        json.member("is_fork", repo.isFork)
        json.member("updated_at", updatedAt)
        json.member("github_id", githubID)
        guard let embedding else { return }
        json.member("embedding") { json in
            json.key("vector")
            json.base64(embedding.values)
            json.member("model", embedding.model)
            json.member("fingerprint", embedding.fingerprint)
            json.member("text_hash", embedding.textHash)
            json.member("generated_at", embedding.generatedAt)
        }
    }
}

extension StoredEmbedding {
    /// Nil for what is no vector with all that belongs to it, such as the state of an embedding that the API gives.
    init?(_ json: JSONValue?) {
        guard let vector = json?["vector"]?.string.flatMap({ Base64.floats($0) }), let model = json?["model"]?.string,
            let fingerprint = json?["fingerprint"]?.string, let hash = json?["text_hash"]?.string
        else { return nil }
        self.init(
            values: vector,
            model: model,
            fingerprint: fingerprint,
            textHash: hash,
            generatedAt: json?["generated_at"]?.string
        )
    }
}
