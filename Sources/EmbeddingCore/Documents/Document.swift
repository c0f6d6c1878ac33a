import Crypto

/// A row's key, its table included, in the store's own encoding: only the store looks inside.
package struct DocumentID: Sendable, Hashable {
    package let encoded: [UInt8]

    package init(encoded: [UInt8]) { self.encoded = encoded }
}

/// What the pipeline knows of a row that is to be embedded.
package struct Document: Sendable, Hashable {
    package let id: DocumentID
    /// What people call it: a repo's full name.
    package let label: String
    package let text: String
    /// SHA-256 of the text's UTF-8, in lower-case hex.
    package let textHash: String
    /// Whether its text may leave the machine only if the operator allows it (guarantee G7).
    package let isPrivate: Bool

    package init(id: DocumentID, label: String, text: String, isPrivate: Bool = false) {
        self.id = id
        self.label = label
        self.text = text
        self.isPrivate = isPrivate
        textHash = SHA256.hexadecimal(of: text.utf8)
    }
}
