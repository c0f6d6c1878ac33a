/// One thing that a repo has to be to pass a filter. A filter is a list of these, so what can test them, in memory or in
/// a database, knows every filter.
package enum FilterCondition: Sendable, Hashable {
    case isPublic
    case hasStars(Int)
    /// One of the field's values is one of these.
    case isAny(Field, [String])
    /// None of the field's values is one of these.
    case isNone(Field, [String])

    /// What is compared as text.
    package enum Field: String, Sendable, CaseIterable { case language, owner, fullName, topics }

    package func holds(for repo: Repo) -> Bool {
        switch self {
        case .isPublic: !repo.isPrivate
        case .hasStars(let least): repo.stars >= least
        case .isAny(let field, let values): repo.values(of: field).contains { values.contains($0) }
        case .isNone(let field, let values): !repo.values(of: field).contains { values.contains($0) }
        }
    }
}

extension Repo {
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
        if !includesPrivate { conditions.append(.isPublic) }
        if !excludeNames.isEmpty { conditions.append(.isNone(.fullName, excludeNames.map { $0.lowercased() })) }
        return conditions
    }

    /// The conditions that may leave few of many repos.
    package var narrowing: [FilterCondition] {
        var conditions: [FilterCondition] = []
        if let minStars { conditions.append(.hasStars(minStars)) }
        if let language { conditions.append(.isAny(.language, [language.lowercased()])) }
        if let topic { conditions.append(.isAny(.topics, [topic, topic.lowercased()])) }
        if let owner { conditions.append(.isAny(.owner, [owner.lowercased()])) }
        if let excludeOwner { conditions.append(.isNone(.owner, [excludeOwner.lowercased()])) }
        return conditions
    }

    /// Whether the repo passes, its similarity aside.
    package func admits(_ repo: Repo) -> Bool { conditions.allSatisfy { $0.holds(for: repo) } }
}
