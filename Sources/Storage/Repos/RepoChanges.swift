import DateTime
import EmbeddingCore
import SurrealDB

/// What an update changes in a row.
enum RepoChanges {
    /// The fields in which `row` would differ.
    static func of(_ update: RepoUpdate, to row: SurrealValue) -> [String: SurrealValue] {
        var changes: [String: SurrealValue] = [:]
        func set(_ field: String, _ value: SurrealValue, unless isSame: Bool) {
            if !isSame { changes[field] = value }
        }
        if let given = update.updatedAt.flatMap({ Timestamp($0) }) {
            set("updated_at", given.value, unless: given == Timestamp(row["updated_at"]))
            // The spelling of a name is taken from whoever knows when the repo changed.
            set("full_name", .string(update.fullName), unless: row["full_name"].string == update.fullName)
        }
        if row["full_name"].string?.lowercased() != update.fullName.lowercased() {
            changes.merge(move(update, row)) { $1 }
        }
        if let owner = update.owner { set("owner", ["login": .string(owner)], unless: RepoRow.owner(row) == owner) }
        if let text = update.description {
            set("description", optional(text), unless: row["description"].string == text)
        }
        if let language = update.language {
            set("language", optional(language), unless: row["language"].string == language)
        }
        if let stars = update.stars { set("stars", SurrealValue(stars), unless: row["stars"].int == stars) }
        if let url = update.url { set("url", .string(url), unless: row["url"].string == url) }
        if let topics = update.topics {
            set("topics", .array(topics.map(SurrealValue.string)), unless: RepoRow.topics(row) == topics)
        }
        let flags = [
            ("is_private", update.isPrivate), ("is_archived", update.isArchived), ("is_fork", update.isFork),
        ]
        for case (let field, let flag?) in flags { set(field, .bool(flag), unless: row[field].bool == flag) }
        if let id = update.githubID { set("github_id", SurrealValue(id), unless: row["github_id"].int == id) }
        if let embedding = update.embedding, row["embedding_fingerprint"].string == nil {
            changes["embedding"] = .floats(embedding.values)
            changes["embedding_model"] = .string(embedding.model)
            changes["embedding_fingerprint"] = .string(embedding.fingerprint)
            changes["embedding_text_hash"] = .string(embedding.textHash)
            changes["embedding_generated_at"] =
                embedding.generatedAt.flatMap { Timestamp($0) }?.value ?? SurrealValue.none
        }
        return changes
    }

    /// All fields of a row that is not there yet.
    static func ofNew(_ update: RepoUpdate) -> [String: SurrealValue] {
        var row = of(update, to: ["full_name": .string(update.fullName)])
        row["full_name"] = .string(update.fullName)
        row["name"] = .string(name(update.fullName))
        row["owner"] = row["owner"] ?? ["login": .string(owner(update.fullName))]
        row["stars"] = row["stars"] ?? 0
        row["is_private"] = row["is_private"] ?? false
        return row
    }

    /// What goes with another name.
    private static func move(_ update: RepoUpdate, _ row: SurrealValue) -> [String: SurrealValue] {
        var fields: [String: SurrealValue] = [
            "full_name": .string(update.fullName), "name": .string(name(update.fullName)),
            "owner": ["login": .string(owner(update.fullName))],
        ]
        if let old = row["full_name"].string, let url = row["url"].string, url.hasSuffix("/\(old)") {
            fields["url"] = .string(String(url.dropLast(old.count)) + update.fullName)
        }
        return fields
    }

    private static func owner(_ fullName: String) -> String { String(fullName.prefix { $0 != "/" }) }

    private static func name(_ fullName: String) -> String { String(fullName.drop { $0 != "/" }.dropFirst()) }

    private static func optional(_ text: String?) -> SurrealValue { text.map(SurrealValue.string) ?? .null }
}

extension RepoUpdate {
    /// SurrealDB 2 takes a NUL in a text and then fails every statement that reads the row.
    var withoutNulls: RepoUpdate {
        var clean = self
        clean.fullName = Self.clean(fullName)
        clean.owner = owner.map(Self.clean)
        clean.description = description.map { $0.map(Self.clean) }
        clean.language = language.map { $0.map(Self.clean) }
        clean.url = url.map(Self.clean)
        clean.topics = topics?.map(Self.clean)
        return clean
    }

    private static func clean(_ text: String) -> String {
        text.utf8.contains(0) ? String(decoding: text.utf8.filter { $0 != 0 }, as: UTF8.self) : text
    }
}
