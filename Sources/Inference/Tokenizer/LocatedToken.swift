/// A token, and where in the text it stands.
package struct LocatedToken: Sendable, Hashable {
    package let id: Int32
    /// What it stands for in the text; the token's own name when it was added to it.
    package let text: String
    /// In Unicode scalars; nil for a special token that was added to the text.
    package let range: Range<Int>?
}
