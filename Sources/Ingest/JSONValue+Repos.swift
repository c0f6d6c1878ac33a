import JSON

extension JSONValue {
    /// The repos in a value: it is one, or it wraps some as GitHub's interfaces do (a record of a starred repo, the
    /// pages of a search, the answers of GraphQL). A value without any is returned, to be reported.
    var repos: [JSONValue] {
        let found = wrappedRepos(inAnswer: false)
        return found.isEmpty ? [self] : found
    }

    /// Looks at each value once.
    /// - Parameter inAnswer: whether it is of an answer of GraphQL's, which has the shape of the question.
    private func wrappedRepos(inAnswer: Bool) -> [JSONValue] {
        guard let object else { return [] }
        if object["full_name"] != nil || object["nameWithOwner"] != nil { return [self] }
        if let repo = object["repo"] ?? object["node"], repo.object != nil { return repo.repos }
        for list in ["items", "nodes", "edges"] {
            if let elements = object[list]?.array { return elements.filter { $0 != .null }.flatMap(\.repos) }
        }
        let answers = inAnswer ? object.members.map(\.value) : [object["data"]].compactMap(\.self)
        return answers.flatMap { $0.wrappedRepos(inAnswer: true) }
    }
}
