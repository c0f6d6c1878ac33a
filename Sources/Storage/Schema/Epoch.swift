/// The epoch of the tables, in `embed_star:schema`: a new one begins when rows may have changed without anybody having
/// been told, be it that the events were gone or that a backup was restored beside them.
enum Epoch {
    /// A subquery.
    static let current = "(SELECT VALUE epoch FROM [embed_star:schema])[0]"

    /// An assignment.
    static let renewal = "epoch = rand::ulid()"
}
