/// Which repos may be in the answer.
package struct SearchFilter: Sendable, Hashable {
    /// What a repo has to be; this may leave few of many.
    package var narrowing: [FilterCondition]
    /// Smallest cosine similarity. Of a repo whose similarity is not known it does not hold.
    package var minScore: Double?
    /// Repos left out, by full name: those whose neighbours are asked for.
    package var excludeNames: [String]
    package var includesPrivate: Bool

    package init(
        _ narrowing: [FilterCondition] = [],
        minScore: Double? = nil,
        excludeNames: [String] = [],
        includesPrivate: Bool = false
    ) {
        self.narrowing = narrowing
        self.minScore = minScore
        self.excludeNames = excludeNames
        self.includesPrivate = includesPrivate
    }

    /// What a repo has to be, its similarity aside.
    package var conditions: [FilterCondition] {
        var conditions = narrowing
        if !includesPrivate { conditions.append(.isFlag(.isPrivate, false)) }
        if !excludeNames.isEmpty { conditions.append(.isNone(.fullName, excludeNames.map { $0.lowercased() })) }
        return conditions
    }

    /// Whether the repo passes, its similarity aside.
    package func admits(_ repo: Repo) -> Bool { conditions.allSatisfy { $0.holds(for: repo) } }
}
