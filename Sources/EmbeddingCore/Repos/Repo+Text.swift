/// How the star count enters the text.
package enum StarsInText: String, Sendable, CaseIterable {
    /// Two significant digits, so that a drifting count does not re-embed.
    case rounded
    case exact
    case none
}

extension Repo {
    /// The text that stands for the repo.
    package func text(stars style: StarsInText = .rounded) -> String {
        var lines = ["Repository: \(fullName)"]
        if let description, !description.isEmpty { lines.append("Description: \(description)") }
        if let language, !language.isEmpty { lines.append("Language: \(language)") }
        if !topics.isEmpty { lines.append("Topics: \(topics.joined(separator: ", "))") }
        switch style {
        case .rounded: lines.append("Stars: \(Self.rounded(stars))")
        case .exact: lines.append("Stars: \(stars)")
        case .none: break
        }
        lines.append("Owner: \(owner)")
        return lines.joined(separator: "\n")
    }

    /// `count` cut to its two leading digits: 98,765 becomes 98,000.
    static func rounded(_ count: Int) -> Int {
        var unit = 1
        while count / unit >= 100 { unit *= 10 }
        return count / unit * unit
    }
}
