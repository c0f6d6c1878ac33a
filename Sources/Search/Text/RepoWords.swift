import EmbeddingCore

/// What a repo is found by, as the words of the full-text index.
struct RepoWords: Equatable {
    let name: [String]
    let owner: [String]
    /// Description, topics and language.
    let text: [String]
    /// The language in one word; empty when there is none.
    let language: String

    init(_ repo: Repo) {
        name = TextTokens.name(Self.name(of: repo.fullName))
        owner = TextTokens.name(repo.owner)
        language = repo.language.map(Self.language) ?? ""
        var text = TextTokens.text(repo.description ?? "")
        for topic in repo.topics { text += TextTokens.name(topic) }
        if let language = repo.language { text += TextTokens.name(language) }
        if !language.isEmpty, !text.contains(language) { text.append(language) }
        self.text = text
    }

    /// Stems of what is about programs rather than one.
    static let lists = Set(
        [
            "awesome", "book", "cheatsheet", "course", "curated", "demo", "example", "exercise", "guide", "interview",
            "list", "roadmap", "sample", "tutorial", "教程", "面试", "示例",
        ].map { TextTokens.stem(Array($0.unicodeScalars)) }
    )

    static func name(of fullName: String) -> String {
        fullName.split(separator: "/", maxSplits: 1).last.map(String.init) ?? fullName
    }

    /// `C++` is `cpp`, `Vim Script` is `vimscript`.
    static func language(_ name: String) -> String { TextTokens.text(name).joined() }
}
