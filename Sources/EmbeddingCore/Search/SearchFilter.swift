package import DateTime

/// Which repos may be in the answer.
package struct SearchFilter: Sendable, Hashable {
    /// Compared without case.
    package var language: String?
    /// As given, or in lower case, as GitHub writes topics.
    package var topic: String?
    package var minStars: Int?
    /// What the flags have to be that matter.
    package var flags: [FilterCondition.Flag: Bool]
    package var updatedSince: Timestamp?
    /// Compared without case.
    package var owner: String?
    package var excludeOwner: String?
    /// Smallest cosine similarity. Of a repo whose similarity is not known it does not hold.
    package var minScore: Double?
    /// Repos left out, by full name: those whose neighbours are asked for.
    package var excludeNames: [String]
    package var includesPrivate: Bool

    package init(
        language: String? = nil,
        topic: String? = nil,
        minStars: Int? = nil,
        flags: [FilterCondition.Flag: Bool] = [:],
        updatedSince: Timestamp? = nil,
        owner: String? = nil,
        excludeOwner: String? = nil,
        minScore: Double? = nil,
        excludeNames: [String] = [],
        includesPrivate: Bool = false
    ) {
        self.language = language
        self.topic = topic
        self.minStars = minStars
        self.flags = flags
        self.updatedSince = updatedSince
        self.owner = owner
        self.excludeOwner = excludeOwner
        self.minScore = minScore
        self.excludeNames = excludeNames
        self.includesPrivate = includesPrivate
    }
}
