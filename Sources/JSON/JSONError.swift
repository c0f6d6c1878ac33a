/// Why bytes are not the JSON that was expected.
package struct JSONError: Error, Hashable, CustomStringConvertible {
    package let message: String
    /// Offset of the offending byte.
    package let offset: Int

    package init(message: String, offset: Int) {
        self.message = message
        self.offset = offset
    }

    package var description: String { "\(message) (byte \(offset))" }
}
