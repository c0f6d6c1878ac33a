/// The CBOR tags that matter here of those SurrealDB knows (its `/docs/surrealdb/integration/cbor`); another is dropped on
/// decoding.
enum CBORTag {
    static let none: UInt64 = 6
    static let recordID: UInt64 = 8
    static let uuidText: UInt64 = 9
    static let decimal: UInt64 = 10
    /// `[seconds, nanoseconds]`.
    static let datetime: UInt64 = 12
    /// `[seconds, nanoseconds]`, either of which may be missing.
    static let duration: UInt64 = 14
    static let uuid: UInt64 = 37
}
