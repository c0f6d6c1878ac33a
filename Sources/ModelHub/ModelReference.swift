/// A model of the hub by its name: `owner/name`, and after `@` a branch, tag or commit where `main` is not meant.
package struct ModelReference: Sendable, Hashable, CustomStringConvertible {
    package let owner: String
    package let name: String
    package let revision: String

    /// `owner/name`.
    package var id: String { "\(owner)/\(name)" }

    package var description: String { revision == Self.mainRevision ? id : "\(id)@\(revision)" }

    private static let mainRevision = "main"
    private static let longestPart = 96

    /// - Returns: nil unless `text` is a name that the hub could give: no part of it leads out of a folder.
    package init?(_ text: String) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts[0].split(separator: "/", omittingEmptySubsequences: false)
        let revision = parts.count == 2 ? String(parts[1]) : Self.mainRevision
        guard path.count == 2, path.allSatisfy({ Self.isPart($0) }),
            revision.split(separator: "/", omittingEmptySubsequences: false).allSatisfy({ Self.isPart($0) })
        else { return nil }
        owner = String(path[0])
        name = String(path[1])
        self.revision = revision
    }

    private static func isPart(_ text: Substring) -> Bool {
        guard let first = text.first, let last = text.last, text.utf8.count <= longestPart else { return false }
        return text.utf8.allSatisfy(isNameByte) && first != "." && first != "-" && last != "." && !text.contains("..")
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
