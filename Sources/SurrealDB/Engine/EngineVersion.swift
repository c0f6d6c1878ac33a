/// A server's release, as `GET /version` tells it: `surrealdb-3.2.4`.
package struct EngineVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let major: Int
    package let minor: Int
    package let patch: Int

    package init(_ major: Int, _ minor: Int, _ patch: Int = 0) {
        self.major = major
        self.minor = minor
        self.patch = patch
    }

    /// Reads the server's own words; what follows the patch, as in `3.3.0-beta.1+20260801`, is of no concern.
    package init?(_ text: String) {
        guard let number = text.firstIndex(where: { ("0"..."9").contains($0) }) else { return nil }
        let parts = text[number...].prefix { ("0"..."9").contains($0) || $0 == "." }.split(separator: ".")
        guard parts.count >= 2, let major = Int(parts[0]), let minor = Int(parts[1]) else { return nil }
        self.init(major, minor, parts.count > 2 ? Int(parts[2]) ?? 0 : 0)
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
    }

    package var description: String { "\(major).\(minor).\(patch)" }
}
