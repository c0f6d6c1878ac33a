import EmbeddingCore

/// A repo as files carry it: our own fields, or those of GitHub's API, alone or within a `starred` record.
struct RepoDocument: Decodable {
    let update: RepoUpdate

    private struct Owner: Decodable { var login: String? }

    private enum Key: String, CodingKey {
        case repo, owner, description, language, stars, topics, url
        case fullName = "full_name"
        case stargazersCount = "stargazers_count"
        case htmlURL = "html_url"
        case isPrivate = "is_private"
        case privateFlag = "private"
        case updatedAt = "updated_at"
        case githubID = "github_id"
        case id
    }

    init(from decoder: any Decoder) throws {
        var fields = try decoder.container(keyedBy: Key.self)
        if fields.contains(.repo) { fields = try fields.nestedContainer(keyedBy: Key.self, forKey: .repo) }
        let name = try fields.decode(String.self, forKey: .fullName)
        guard Repo.isValid(fullName: name) else {
            throw DecodingError.dataCorruptedError(
                forKey: .fullName,
                in: fields,
                debugDescription: "full_name must be owner/name, not \"\(name.prefix(80))\""
            )
        }
        var update = RepoUpdate(fullName: name)
        update.owner = (try? fields.decodeIfPresent(Owner.self, forKey: .owner))?.login
        if fields.contains(.description) {
            update.description = .some(try fields.decodeIfPresent(String.self, forKey: .description))
        }
        if fields.contains(.language) {
            update.language = .some(try fields.decodeIfPresent(String.self, forKey: .language))
        }
        let isFromGitHub = fields.contains(.stargazersCount)
        update.stars = try fields.decodeIfPresent(Int.self, forKey: isFromGitHub ? .stargazersCount : .stars)
        // GitHub's own `url` is that of its API.
        update.url = try fields.decodeIfPresent(String.self, forKey: fields.contains(.htmlURL) ? .htmlURL : .url)
        update.topics = try fields.decodeIfPresent([String].self, forKey: .topics)
        update.isPrivate = try fields.decodeIfPresent(
            Bool.self,
            forKey: fields.contains(.isPrivate) ? .isPrivate : .privateFlag
        )
        update.updatedAt = try fields.decodeIfPresent(String.self, forKey: .updatedAt)
        update.githubID = try fields.decodeIfPresent(Int.self, forKey: isFromGitHub ? .id : .githubID)
        self.update = update
    }
}

extension DecodingError {
    /// What is wrong with a record, in one line for people.
    var explanation: String {
        switch self {
        case .keyNotFound(let key, _): "\(key.stringValue) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "\(context.codingPath.last?.stringValue ?? "it") has the wrong type"
        case .dataCorrupted(let context):
            context.codingPath.isEmpty ? "is not valid JSON" : context.debugDescription
        @unknown default: "cannot be read"
        }
    }
}
