/// Aligned columns for a terminal.
struct TextTable {
    enum Alignment { case left, right }

    private let columns: [(title: String, alignment: Alignment)]
    private var rows: [[String]] = []
    /// Columns that a narrow terminal does without, the first to go first.
    private let dispensable: [Int]
    /// The least width of the last column.
    private static let leastRoom = 16

    init(_ columns: [(title: String, alignment: Alignment)], dispensable: [Int] = []) {
        self.columns = columns
        self.dispensable = dispensable
    }

    mutating func add(_ row: [String]) { rows.append(row.map(\.printable)) }

    /// The table; lines are cut where `width` ends.
    func rendered(width: Int) -> String {
        let widths = columns.indices.map { column in
            ([columns[column].title] + rows.map { $0[column] }).map(DisplayWidth.of).max() ?? 0
        }
        let shown = shown(widths, within: width)
        return ([columns.map(\.title)] + rows).map { row in
            let cells = shown.map { pad($0, row[$0], widths[$0]) }
            let line = Self.withoutSpaceAtTheEnd(cells.joined(separator: "  "))
            guard DisplayWidth.of(line) > width else { return line }
            return Self.withoutSpaceAtTheEnd(DisplayWidth.prefix(line, max(width - 1, 1))) + "…"
        }.joined(separator: "\n")
    }

    /// The columns that leave room for the last one.
    private func shown(_ widths: [Int], within width: Int) -> [Int] {
        var shown = Array(columns.indices)
        for column in dispensable {
            let taken = shown.dropLast().reduce(0) { $0 + widths[$1] + 2 }
            guard width - taken < min(Self.leastRoom, widths.last ?? 0) else { break }
            shown.removeAll { $0 == column }
        }
        return shown
    }

    private static func withoutSpaceAtTheEnd(_ text: String) -> String {
        String(text.reversed().drop { $0 == " " }.reversed())
    }

    private func pad(_ column: Int, _ text: String, _ width: Int) -> String {
        let space = String(repeating: " ", count: max(0, width - DisplayWidth.of(text)))
        return columns[column].alignment == .left ? text + space : space + text
    }
}
