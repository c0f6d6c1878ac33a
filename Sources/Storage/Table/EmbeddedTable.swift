import EmbeddingCore
import SurrealDB

/// A table whose rows are embedded. It declares what is its own; outbox, events, backfill and counts are made of that.
struct EmbeddedTable: Sendable {
    /// As the database calls it.
    let name: String
    /// The fields that `label`, `privacy` and `text` are read from.
    let fields: [String]
    /// What makes a row due when it changes, as the parts of `$after.{ … }`.
    let watched: [String]
    /// What searches filter by and show besides, in the same form: followers are told when it changes.
    var listed: [String] = []
    /// The field that people know a row by.
    let label: String
    /// The field that is true in rows that only some may see.
    let privacy: String
    /// What the event on the table does besides, in SurrealQL over `$event`, `$before` and `$after`.
    var upkeep = ""
    /// What enters the rows that were there before the event into what `upkeep` keeps.
    var walks: [Migration.Step] = []
    /// The text that stands for a row.
    let text: @Sendable (SurrealValue) -> String

    /// Nil for a row that nobody can name.
    func document(_ row: SurrealValue) -> Document? {
        guard let id = row["id"].recordID, let label = row[label].string, !label.isEmpty else { return nil }
        return Document(id: DocumentID(id), label: label, text: text(row), isPrivate: row[privacy].bool ?? false)
    }
}
