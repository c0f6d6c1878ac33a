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

extension SearchFilter {
    /// What a repo has to be, its similarity aside.
    package var conditions: [FilterCondition] {
        var conditions = narrowing
        if !includesPrivate { conditions.append(.isFlag(.isPrivate, false)) }
        if !excludeNames.isEmpty { conditions.append(.isNone(.fullName, excludeNames.map { $0.lowercased() })) }
        return conditions
    }

    /// The conditions that may leave few of many repos.
    package var narrowing: [FilterCondition] {
        var conditions: [FilterCondition] = []
        if let minStars { conditions.append(.hasStars(minStars)) }
        for (flag, wanted) in flags.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            conditions.append(.isFlag(flag, wanted))
        }
        if let updatedSince { conditions.append(.isUpdated(since: updatedSince)) }
        if let language { conditions.append(.isAny(.language, [language.lowercased()])) }
        if let topic { conditions.append(.isAny(.topics, [topic, topic.lowercased()])) }
        if let owner { conditions.append(.isAny(.owner, [owner.lowercased()])) }
        if let excludeOwner { conditions.append(.isNone(.owner, [excludeOwner.lowercased()])) }
        return conditions
    }

    /// Whether the repo passes, its similarity aside.
    package func admits(_ repo: Repo) -> Bool { conditions.allSatisfy { $0.holds(for: repo) } }
}
