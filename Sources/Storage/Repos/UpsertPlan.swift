import DateTime
import EmbeddingCore
import SurrealDB

/// What an upsert has to write, worked out against the rows that are there. An update that is older than its row is
/// dropped: of two spellings of one name in a file, the newer one stands.
struct UpsertPlan {
    private struct Target {
        var id: SurrealRecordID
        /// The row as it is or is going to be.
        var row: [String: SurrealValue]
        var isNew: Bool
        var changes: [String: SurrealValue] = [:]
    }

    private var targets: [String: Target] = [:]
    /// Names of the targets in the order they came.
    private var order: [String] = []
    private var taken: Set<SurrealRecordID> = []
    private(set) var counts = UpsertCounts()

    /// - Parameter rows: what is stored under any of the names.
    init(rows: [SurrealValue]) {
        for row in rows {
            guard let id = row["id"].recordID, let fields = row.object else { continue }
            taken.insert(id)
            guard let name = row["full_name"].string?.lowercased(), targets[name] == nil else { continue }
            targets[name] = Target(id: id, row: fields, isNew: false)
        }
    }

    /// The record id of a repo that embed-star creates.
    static func id(named fullName: String) -> SurrealRecordID {
        SurrealRecordID(table: "repo", key: .string(fullName.lowercased()))
    }

    /// Where `fullName` is entered if its row has another id.
    static func nameID(_ fullName: String) -> SurrealRecordID {
        SurrealRecordID(table: "repo_name", key: .array([.string(fullName.lowercased())]))
    }

    /// About how many bytes an update takes in a request, at most.
    static func bytes(_ update: RepoUpdate) -> Int {
        let texts: [String?] = [
            update.fullName, update.fullName, update.fullName, update.owner, update.description ?? nil,
            update.language ?? nil, update.url,
        ]
        var bytes = 500
        for text in texts { bytes += text?.utf8.count ?? 0 }
        for topic in update.topics ?? [] { bytes += topic.utf8.count + 9 }
        return bytes
    }

    mutating func add(_ update: RepoUpdate) {
        let update = update.withoutNulls
        let name = update.fullName.lowercased()
        guard var target = targets[name] else { return create(update, name) }
        let changes = Self.changes(update, to: target.row)
        guard !changes.isEmpty else {
            counts.unchanged += 1
            return
        }
        if !target.isNew, target.changes.isEmpty { order.append(name) }
        counts.changed += 1
        for (field, value) in changes {
            target.row[field] = value
            target.changes[field] = value
        }
        targets[name] = target
    }

    private mutating func create(_ update: RepoUpdate, _ name: String) {
        var id = Self.id(named: name)
        if taken.contains(id) {
            id.key = .string("\(name)#\(String(UInt64.random(in: 0 ... .max), radix: 36))")
        }
        var row = Self.changes(update, to: ["full_name": .string(update.fullName)])
        row["full_name"] = .string(update.fullName)
        row["name"] = .string(String(update.fullName.drop { $0 != "/" }.dropFirst()))
        row["owner"] = row["owner"] ?? ["login": .string(String(update.fullName.prefix { $0 != "/" }))]
        row["stars"] = row["stars"] ?? 0
        row["is_private"] = row["is_private"] ?? false
        counts.created += 1
        taken.insert(id)
        order.append(name)
        targets[name] = Target(id: id, row: row, isNew: true)
    }

    var variables: [String: SurrealValue] {
        var new: [SurrealValue] = []
        var changed: [SurrealValue] = []
        for target in order.compactMap({ targets[$0] }) {
            if target.isNew {
                new.append(.object(target.row.merging(["id": .recordID(target.id)]) { $1 }))
            } else {
                changed.append(["id": .recordID(target.id), "fields": .object(target.changes)])
            }
        }
        return ["new": .array(new), "changed": .array(changed)]
    }

    var isEmpty: Bool { order.isEmpty }

    static let statement = """
        {
          INSERT INTO repo $new RETURN NONE;
          FOR $row IN $changed { UPDATE $row.id MERGE $row.fields RETURN NONE };
        }
        """

    /// The fields in which `row` would differ.
    private static func changes(_ update: RepoUpdate, to row: [String: SurrealValue]) -> [String: SurrealValue] {
        let stored = SurrealValue.object(row)
        let given = update.updatedAt.flatMap { Timestamp($0) }
        let known = Timestamp(stored["updated_at"])
        if let given, let known, given < known { return [:] }
        var changes: [String: SurrealValue] = [:]
        func set(_ field: String, _ value: SurrealValue, unless isSame: Bool) {
            if !isSame { changes[field] = value }
        }
        if let given {
            set("updated_at", given.value, unless: given == known)
            // The spelling of a name is taken from whoever knows when the repo changed.
            set("full_name", .string(update.fullName), unless: stored["full_name"].string == update.fullName)
        }
        if let owner = update.owner { set("owner", ["login": .string(owner)], unless: RepoRow.owner(stored) == owner) }
        if let text = update.description {
            set("description", optional(text), unless: stored["description"].string == text)
        }
        if let language = update.language {
            set("language", optional(language), unless: stored["language"].string == language)
        }
        if let stars = update.stars { set("stars", SurrealValue(stars), unless: stored["stars"].int == stars) }
        if let url = update.url { set("url", .string(url), unless: stored["url"].string == url) }
        if let topics = update.topics {
            set("topics", .array(topics.map(SurrealValue.string)), unless: RepoRow.topics(stored) == topics)
        }
        if let isPrivate = update.isPrivate {
            set("is_private", .bool(isPrivate), unless: stored["is_private"].bool == isPrivate)
        }
        if let id = update.githubID { set("github_id", SurrealValue(id), unless: stored["github_id"].int == id) }
        return changes
    }

    private static func optional(_ text: String?) -> SurrealValue { text.map(SurrealValue.string) ?? .null }
}

extension RepoUpdate {
    /// SurrealDB takes a NUL in a text and then fails every statement that reads the row.
    fileprivate var withoutNulls: RepoUpdate {
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
        text.utf8.contains(0) ? text.filter { $0 != "\0" } : text
    }
}
