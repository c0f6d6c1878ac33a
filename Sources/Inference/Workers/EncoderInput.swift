/// What one vector is computed of: a text, or two that are compared.
struct EncoderInput: Sendable, Hashable {
    let text: String
    var other: String?

    /// In bytes.
    var size: Int { text.utf8.count + (other?.utf8.count ?? 0) }
}
