import DateTime
import EmbeddingCore

/// A filter as a condition of SQL on the rows of `repo`, its similarity aside.
struct FilterSQL {
    private(set) var condition = "1"
    /// For the question marks, in their order.
    private(set) var values: [SQLiteValue] = []

    init(_ filter: SearchFilter) {
        for condition in filter.conditions {
            switch condition {
            case .isFlag(let flag, let wanted): add("\(wanted ? "" : "NOT ")flag_\(flag.rawValue)")
            case .isUpdated(let time): add("updated >= ?", .text(Self.column(time)))
            case .hasStars(let least): add("stars >= ?", .integer(least))
            case .isAny(let field, let texts): add("(\(Self.isAny(field, texts)))", texts)
            case .isNone(let field, let texts): add("NOT (\(Self.isAny(field, texts)))", texts)
            }
        }
    }

    private mutating func add(_ test: String, _ value: SQLiteValue...) {
        condition += " AND " + test
        values += value
    }

    private mutating func add(_ test: String, _ texts: [String]) {
        condition += " AND " + test
        values += texts.map { .text(Self.column([$0])) }
    }

    private static func isAny(_ field: FilterCondition.Field, _ texts: [String]) -> String {
        texts.map { _ in "instr(filter_\(field.rawValue), ?)" }.joined(separator: " OR ")
    }

    /// A time as text whose order is that of times.
    static func column(_ time: Timestamp) -> String { time.textWithNanoseconds }

    /// Several values as one text, in which each stands between two line ends.
    static func column(_ values: [String]) -> String { values.map { "\n\($0)\n" }.joined() }
}
