/// Aligned columns for a terminal.
struct TextTable {
    enum Alignment { case left, right }

    private let columns: [(title: String, alignment: Alignment)]
    private var rows: [[String]] = []

    init(_ columns: [(title: String, alignment: Alignment)]) { self.columns = columns }

    mutating func add(_ row: [String]) { rows.append(row.map(\.printable)) }

    /// The table; lines are cut where `width` ends.
    func rendered(width: Int) -> String {
        let widths = columns.indices.map { column in
            ([columns[column].title] + rows.map { $0[column] }).map(DisplayWidth.of).max() ?? 0
        }
        return ([columns.map(\.title)] + rows).map { row in
            let cells = row.indices.map { pad($0, row[$0], widths[$0]) }
            let line = Self.withoutSpaceAtTheEnd(cells.joined(separator: "  "))
            guard DisplayWidth.of(line) > width else { return line }
            return Self.withoutSpaceAtTheEnd(DisplayWidth.prefix(line, max(width - 1, 1))) + "…"
        }.joined(separator: "\n")
    }

    private static func withoutSpaceAtTheEnd(_ text: String) -> String {
        String(text.reversed().drop { $0 == " " }.reversed())
    }

    private func pad(_ column: Int, _ text: String, _ width: Int) -> String {
        let space = String(repeating: " ", count: max(0, width - DisplayWidth.of(text)))
        return columns[column].alignment == .left ? text + space : space + text
    }
}
