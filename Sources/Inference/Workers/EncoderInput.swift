/// What one vector is computed of.
package enum EncoderInput: Sendable, Hashable {
    case text(String)
    /// Two texts that are compared.
    case pair(String, String)
    /// Ids below the model's vocabulary, special tokens included.
    case tokens([Int32])

    /// In bytes.
    var size: Int {
        switch self {
        case .text(let text): text.utf8.count
        case .pair(let text, let other): text.utf8.count + other.utf8.count
        case .tokens(let ids): ids.count * 4
        }
    }
}
