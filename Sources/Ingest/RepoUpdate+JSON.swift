package import EmbeddingCore
package import JSON

/// Why a value is no repo.
package struct RepoFault: Error, Hashable {
    /// The member that is wrong; nil for the value itself.
    package var member: String?
    package var reason: String
}

extension RepoUpdate {
    /// Reads a repo in embed-star's own form, in that of GitHub's API and webhooks, or in that of GraphQL and
    /// `gh repo list --json`. A member of another type than expected, or beyond its bound, counts as absent: GitHub's
    /// schema grows, and what is stored is kept.
    /// - Throws: `RepoFault` without a usable name.
    package init(_ json: JSONValue) throws(RepoFault) {
        guard let object = json.object else { throw RepoFault(reason: "it is not an object") }
        guard let name = object["full_name"] ?? object["nameWithOwner"] else {
            throw RepoFault(member: "full_name", reason: "full_name is missing")
        }
        guard let name = name.string, Repo.isValid(fullName: name) else {
            throw RepoFault(member: "full_name", reason: "full_name must be owner/name, as on GitHub")
        }
        self.init(fullName: name)
        // In GitHub's API `url` and `id` are those of the API; `html_url` is the page's.
        let isREST = object["html_url"] != nil || object["stargazers_count"] != nil
        owner = Self.owner(object["owner"])
        description = Self.clearable(object["description"], bound: 131_072)
        language = Self.clearable(object["language"] ?? object["primaryLanguage"], bound: 100)
        stars = Self.count(object["stargazers_count"] ?? object["stargazerCount"] ?? object["stars"])
        url = Self.webAddress(isREST ? object["html_url"] : object["url"])
        topics = Self.topics(object["topics"] ?? object["repositoryTopics"])
        isPrivate =
            (object["is_private"] ?? object["private"] ?? object["isPrivate"])?.bool
            ?? Self.isHidden(object["visibility"])
        isArchived = (object["is_archived"] ?? object["archived"] ?? object["isArchived"])?.bool
        isFork = (object["is_fork"] ?? object["fork"] ?? object["isFork"])?.bool
        updatedAt = Self.text((object["updated_at"] ?? object["updatedAt"]), bound: 64)
        githubID = Self.identity(object["github_id"] ?? (isREST ? object["id"] : object["databaseId"]))
    }

    /// What GitHub calls internal is for the members of an enterprise.
    private static func isHidden(_ visibility: JSONValue?) -> Bool? {
        switch visibility?.string?.lowercased() {
        case "public": false
        case "private", "internal": true
        default: nil
        }
    }

    /// Up to `bound` Unicode scalars.
    private static func text(_ value: JSONValue?, bound: Int) -> String? {
        value?.string.flatMap { $0.utf8.count <= bound || $0.unicodeScalars.count <= bound ? $0 : nil }
    }

    /// The text of a value or of its member `name`; null clears what is stored.
    private static func clearable(_ value: JSONValue?, bound: Int) -> String?? {
        if value == .null { return .some(nil) }
        return text(value?["name"] ?? value, bound: bound).map(Optional.some)
    }

    private static func owner(_ value: JSONValue?) -> String? {
        let login = text(value?["login"] ?? value?["name"] ?? value, bound: 100)
        return login.flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func count(_ value: JSONValue?) -> Int? {
        value?.integer.flatMap { (0...1_000_000_000).contains($0) ? $0 : nil }
    }

    /// A number that JSON's readers agree on.
    private static func identity(_ value: JSONValue?) -> Int? {
        value?.integer.flatMap { (1..<1 << 53).contains($0) ? $0 : nil }
    }

    /// Texts, or objects that name them as GraphQL does.
    private static func topics(_ value: JSONValue?) -> [String]? {
        guard let elements = value?.array ?? value?["nodes"]?.array, elements.count <= 100 else { return nil }
        return elements.compactMap { element in
            let name = text(element["topic"]?["name"] ?? element["name"] ?? element, bound: 100)
            return name.flatMap { $0.isEmpty ? nil : $0 }
        }
    }

    /// An `http` or `https` URL of visible ASCII characters.
    private static func webAddress(_ value: JSONValue?) -> String? {
        guard let text = text(value, bound: 2048), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            ["http://", "https://"].contains(where: { text.hasPrefix($0) && text.utf8.count > $0.utf8.count })
        else { return nil }
        return text
    }
}
