import EmbeddingCore
import SurrealDB

/// The tables whose rows are embedded.
struct EmbeddedTables: Sendable {
    let all: [EmbeddedTable]
    /// What else the vectors depend on beside the model: how the texts are made.
    var textForm = ""

    /// - Parameter stars: how the star count enters the text of a repo.
    init(stars: StarsInText = .rounded) {
        all = [
            .repos(stars: stars)
        ]
        if stars != .rounded { textForm = "stars \(stars.rawValue)" }
    }

    init(_ all: [EmbeddedTable]) { self.all = all }

    /// The table of a record; nil for one that is not embedded.
    subscript(_ record: SurrealRecordID) -> EmbeddedTable? { all.first { $0.name == record.table } }

    /// All of them as the source of a SELECT.
    var names: String { all.map(\.name).joined(separator: ", ") }

    /// What `document` reads of a row of any of them, as the fields of a SELECT.
    var fields: String { Self.list(["id"] + all.flatMap(\.fields)) }

    var labels: String { Self.list(all.map(\.label)) }

    /// Nil for a row that nobody can name.
    func document(_ row: SurrealValue) -> Document? {
        guard let id = row["id"].recordID else { return nil }
        return self[id]?.document(row)
    }

    private static func list(_ fields: [String]) -> String {
        var known: Set<String> = []
        return fields.filter { known.insert($0).inserted }.joined(separator: ", ")
    }
}
