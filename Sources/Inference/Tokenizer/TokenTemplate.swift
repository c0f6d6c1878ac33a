/// The special tokens around a text.
struct TokenTemplate: Sendable, Hashable {
    var before: [Int32] = []
    var after: [Int32] = []

    var count: Int { before.count + after.count }
}
