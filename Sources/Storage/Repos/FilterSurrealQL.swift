import DateTime
import EmbeddingCore
import SurrealDB

/// Conditions on rows of the repo table as SurrealQL: what callers give goes into variables.
struct FilterSurrealQL {
    /// Each to be met.
    private(set) var tests: [String] = []
    private(set) var variables: [String: SurrealValue] = [:]

    init(_ conditions: [FilterCondition]) {
        for (place, condition) in conditions.enumerated() {
            let name = "value\(place)"
            switch condition {
            case .isFlag(let flag, let wanted): tests.append("\(Self.field(flag)) \(wanted ? "=" : "!=") true")
            case .hasStars(let least): add("stars >= $\(name)", name, SurrealValue(least))
            case .isUpdated(let time): add("\(Self.updatedAt) >= $\(name)", name, time.value)
            case .isAny(let field, let values): add("\(Self.values(of: field)) CONTAINSANY $\(name)", name, values)
            case .isNone(let field, let values): add("!(\(Self.values(of: field)) CONTAINSANY $\(name))", name, values)
            }
        }
    }

    private mutating func add(_ test: String, _ name: String, _ value: SurrealValue) {
        tests.append(test)
        variables[name] = value
    }

    private mutating func add(_ test: String, _ name: String, _ values: [String]) {
        add(test, name, .array(values.map { .string($0) }))
    }

    private static func field(_ flag: FilterCondition.Flag) -> String {
        switch flag {
        case .isPrivate: "is_private"
        case .isArchived: "is_archived"
        case .isFork: "is_fork"
        }
    }

    /// As a time, also where another program wrote a text; a text that is no time is before all times.
    private static let updatedAt = """
        (IF !type::is_string(updated_at) { updated_at }
          ELSE IF string::is_datetime(updated_at) { <datetime> updated_at } ELSE { NONE })
        """

    /// The values of a field as `Repo.values(of:)` has them, in an array.
    private static func values(of field: FilterCondition.Field) -> String {
        switch field {
        case .language: "[string::lowercase(<string> (language ?? \"\"))]"
        // A row without an owner has that of its name.
        case .owner:
            "[string::lowercase(<string> (owner.login ?? owner ?? string::split(<string> (full_name ?? \"\"), \"/\")[0]))]"
        case .fullName: "[string::lowercase(<string> (full_name ?? \"\"))]"
        case .topics: "topics"
        }
    }
}
