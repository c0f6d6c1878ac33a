package import DateTime

/// One thing that a repo has to be to pass a filter. A filter is a list of these, so what can test them, in memory or in
/// a database, knows every filter.
package enum FilterCondition: Sendable, Hashable {
    case isFlag(Flag, Bool)
    case hasStars(Int)
    /// Changed then or later; one that nobody knows the time of was not.
    case isUpdated(since: Timestamp)
    /// One of the field's values is one of these.
    case isAny(Field, [String])
    /// None of the field's values is one of these.
    case isNone(Field, [String])

    /// What is compared as text.
    package enum Field: String, Sendable, CaseIterable { case language, owner, fullName, topics }

    /// What is true or false of a repo; what is not known is false.
    package enum Flag: String, Sendable, CaseIterable { case isPrivate, isArchived, isFork }

    /// Compared without case.
    package static func language(_ name: String) -> Self { .isAny(.language, [name.lowercased()]) }

    /// As given, or in lower case, as GitHub writes topics.
    package static func topic(_ name: String) -> Self { .isAny(.topics, [name, name.lowercased()]) }

    /// Compared without case.
    package static func owner(_ name: String) -> Self { .isAny(.owner, [name.lowercased()]) }

    /// Compared without case.
    package static func anotherOwner(than name: String) -> Self { .isNone(.owner, [name.lowercased()]) }

    package func holds(for repo: Repo) -> Bool {
        switch self {
        case .isFlag(let flag, let wanted): repo.flag(flag) == wanted
        case .hasStars(let least): repo.stars >= least
        case .isUpdated(let time): repo.updatedAt.map { $0 >= time } ?? false
        case .isAny(let field, let values): repo.values(of: field).contains { values.contains($0) }
        case .isNone(let field, let values): !repo.values(of: field).contains { values.contains($0) }
        }
    }
}

extension Repo {
    package func flag(_ flag: FilterCondition.Flag) -> Bool {
        switch flag {
        case .isPrivate: isPrivate
        case .isArchived: isArchived
        case .isFork: isFork
        }
    }

    /// In lower case, where GitHub does not see to that itself.
    package func values(of field: FilterCondition.Field) -> [String] {
        switch field {
        case .language: language.map { [$0.lowercased()] } ?? []
        case .owner: [owner.lowercased()]
        case .fullName: [fullName.lowercased()]
        case .topics: topics
        }
    }
}
