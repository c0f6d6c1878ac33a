/// Amounts as people read them.
enum HumanText {
    /// `12,345`.
    static func count(_ number: Int) -> String {
        var groups: [String] = []
        var rest = number.magnitude
        while rest >= 1000 {
            let group = String(rest % 1000)
            groups.insert(String(repeating: "0", count: 3 - group.count) + group, at: 0)
            rest /= 1000
        }
        groups.insert(String(rest), at: 0)
        return (number < 0 ? "-" : "") + groups.joined(separator: ",")
    }

    /// `512 B`, `4.2 MB`, `471 MB`.
    static func bytes(_ count: Int) -> String {
        var amount = Double(max(count, 0))
        var units = ["B", "kB", "MB", "GB", "TB"][...]
        while amount >= 999.5, units.count > 1 {
            amount /= 1000
            units = units.dropFirst()
        }
        return "\(units.first == "B" ? String(count) : rate(amount)) \(units.first ?? "")"
    }

    /// `4 s`, `3 min 20 s`, `2 h 5 min`.
    static func duration(seconds: Double) -> String {
        guard seconds.magnitude < 1e9 else { return "unknown" }
        let whole = Int(seconds.rounded(.up))
        if whole < 60 { return "\(whole) s" }
        if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
        return "\(whole / 3600) h \(whole % 3600 / 60) min"
    }

    /// One decimal below 10, none above.
    static func rate(_ perSecond: Double) -> String {
        guard perSecond.magnitude < 1e15 else { return "very many" }
        return perSecond < 10 ? String(Double(Int(perSecond * 10)) / 10) : count(Int(perSecond))
    }

    /// `number` with exactly three decimals.
    static func score(_ number: Double) -> String {
        guard number.magnitude < 1e12 else { return "–" }
        let thousandths = Int((number.magnitude * 1000).rounded())
        let fraction = String(thousandths % 1000)
        let padded = String(repeating: "0", count: 3 - fraction.count) + fraction
        return "\(number < 0 && thousandths > 0 ? "-" : "")\(thousandths / 1000).\(padded)"
    }
}
