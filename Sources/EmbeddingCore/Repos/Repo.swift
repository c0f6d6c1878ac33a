package import DateTime

/// The fields of a GitHub repository that embed-star reads and writes.
package struct Repo: Sendable, Hashable {
    /// `owner/name`.
    package var fullName: String
    package var owner: String
    package var description: String?
    package var language: String?
    package var stars: Int
    package var url: String?
    package var topics: [String]
    package var isPrivate: Bool
    package var isArchived: Bool
    package var isFork: Bool
    /// As its owner's server says; nil when nobody has said.
    package var updatedAt: Timestamp?

    package init(
        fullName: String,
        owner: String? = nil,
        description: String? = nil,
        language: String? = nil,
        stars: Int = 0,
        url: String? = nil,
        topics: [String] = [],
        isPrivate: Bool = false,
        isArchived: Bool = false,
        isFork: Bool = false,
        updatedAt: Timestamp? = nil
    ) {
        self.fullName = fullName
        self.owner = owner ?? String(fullName.prefix { $0 != "/" })
        self.description = description
        self.language = language
        self.stars = stars
        self.url = url
        self.topics = topics
        self.isPrivate = isPrivate
        self.isArchived = isArchived
        self.isFork = isFork
        self.updatedAt = updatedAt
    }

    /// Whether `name` is `owner/name` in GitHub's alphabet: letters, digits, `-`, `_`, `.`; 140 bytes at most.
    package static func isValid(fullName name: String) -> Bool {
        guard name.utf8.count <= 140 else { return false }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return false }
        return parts.allSatisfy { part in
            !part.isEmpty && part != "." && part != ".."
                && part.utf8.allSatisfy { byte in
                    switch byte {
                    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
                    default: false
                    }
                }
        }
    }
}

/// A repo as somebody sent it: a field that is absent keeps what is stored.
package struct RepoUpdate: Sendable, Hashable {
    package var fullName: String
    /// What it was called before, when this reports another name.
    package var formerName: String?
    package var owner: String?
    /// `.some(nil)` clears the field.
    package var description: String??
    package var language: String??
    package var stars: Int?
    package var url: String?
    package var topics: [String]?
    package var isPrivate: Bool?
    package var isArchived: Bool?
    package var isFork: Bool?
    /// RFC 3339, as given.
    package var updatedAt: String?
    /// GitHub's number of it, which stays whatever it is called.
    package var githubID: Int?
    /// Its vector, from a backup; one that is there already stays.
    package var embedding: StoredEmbedding?

    package init(fullName: String) { self.fullName = fullName }
}
