import JSON

/// What a model wants before a text, by `config_sentence_transformers.json`.
package struct Prompts: Sendable, Hashable {
    /// Before what is searched for.
    package var query: String?
    /// Before what is found.
    package var document: String?

    package init(query: String? = nil, document: String? = nil) {
        self.query = query
        self.document = document
    }

    private static let longest = 8192

    /// The prompts called `query`, and `document` or `passage`; where they are not, the one that
    /// `default_prompt_name` names.
    /// - Throws: `.invalidModel`.
    init(_ folder: ModelFolder) throws(InferenceError) {
        guard let file = try ModelFile(ifPresent: folder.path + "/config_sentence_transformers.json"),
            let value = file.value("prompts")
        else { return }
        guard value.object != nil else { throw file.invalid("prompts", "is no object") }
        let prompts = ModelFile(path: "\(file.path): prompts", root: value)
        func prompt(_ names: String...) throws(InferenceError) -> String? {
            for name in names where prompts.value(name) != nil {
                let text = try prompts.name(name, default: "")
                guard text.utf8.count <= Self.longest else { throw prompts.invalid(name, "is too long") }
                return text
            }
            return nil
        }
        let fallback = try prompt(file.name("default_prompt_name", default: ""))
        query = try prompt("query") ?? fallback
        document = try prompt("document", "passage") ?? fallback
    }
}
