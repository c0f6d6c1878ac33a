/// Tables are read by pages, in the order of their ids. SurrealDB 3 reads no more than the page only of a source in this
/// form: of a range that is spelled as a record id it reads the whole range first.
enum Paging {
    /// The next `$limit` rows after the key `$after`, or the first ones.
    static func page(of table: String, after cursor: Bool) -> String {
        cursor ? range("$after>..", of: table) : "\(table) LIMIT $limit"
    }

    /// The first `$limit` rows whose keys are in a range.
    static func range(_ keys: String, of table: String) -> String { "type::record('\(table)', \(keys)) LIMIT $limit" }
}
