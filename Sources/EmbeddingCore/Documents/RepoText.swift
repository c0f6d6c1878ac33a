import Crypto

/// How the star count enters the text.
package enum StarsInText: String, Sendable, CaseIterable {
    /// Two significant digits, so that a drifting count does not re-embed.
    case rounded
    case exact
    case none
}

/// The text that stands for a repo, and its hash.
package struct RepoText: Sendable, Hashable {
    package let text: String
    /// SHA-256 of the text's UTF-8, in lower-case hex.
    package let hash: String

    package init(_ repo: Repo, stars: StarsInText = .rounded) {
        var lines = ["Repository: \(repo.fullName)"]
        if let description = repo.description, !description.isEmpty { lines.append("Description: \(description)") }
        if let language = repo.language, !language.isEmpty { lines.append("Language: \(language)") }
        if !repo.topics.isEmpty { lines.append("Topics: \(repo.topics.joined(separator: ", "))") }
        switch stars {
        case .rounded: lines.append("Stars: \(Self.rounded(repo.stars))")
        case .exact: lines.append("Stars: \(repo.stars)")
        case .none: break
        }
        lines.append("Owner: \(repo.owner)")
        text = lines.joined(separator: "\n")
        hash = Self.hash(text)
    }

    /// SHA-256 of the UTF-8 of `text`, in lower-case hex.
    package static func hash(_ text: String) -> String {
        SHA256.hexadecimal(of: text.utf8)
    }

    /// `count` cut to its two leading digits: 98,765 becomes 98,000.
    static func rounded(_ count: Int) -> Int {
        var unit = 1
        while count / unit >= 100 { unit *= 10 }
        return count / unit * unit
    }
}
