import JSON

/// What a model wants before a text, by `config_sentence_transformers.json`.
package struct Prompts: Sendable, Hashable {
    /// Before what is searched for.
    package var query: String?
    /// Before what is found.
    package var document: String?
    /// All there are, by their names.
    package var named: [String: String]

    package init(query: String? = nil, document: String? = nil, named: [String: String] = [:]) {
        self.query = query
        self.document = document
        self.named = named
    }

    private static let longest = 8192
    private static let most = 256

    /// The prompts called `query`, and `document` or `passage`; where they are not, the one that
    /// `default_prompt_name` names.
    /// - Throws: `.invalidModel`.
    init(_ folder: ModelFolder) throws(InferenceError) {
        self.init()
        guard let file = try ModelFile(ifPresent: folder.path + "/config_sentence_transformers.json"),
            let value = file.value("prompts")
        else { return }
        guard let members = value.object?.members, members.count <= Self.most else {
            throw file.invalid("prompts", "is not an object with at most \(Self.most) members")
        }
        let prompts = ModelFile(path: "\(file.path): prompts", root: value)
        for member in members where member.value != .null {
            let text = try prompts.name(member.name, default: "")
            guard text.utf8.count <= Self.longest else { throw prompts.invalid(member.name.shortened, "is too long") }
            named[member.name] = text
        }
        let fallback = named[try file.name("default_prompt_name", default: "")]
        query = named["query"] ?? fallback
        document = named["document"] ?? named["passage"] ?? fallback
    }
}
