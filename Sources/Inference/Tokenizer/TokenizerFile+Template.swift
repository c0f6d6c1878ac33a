import JSON

extension TokenizerFile {
    /// The special tokens before and after a single text, as the post-processor puts them.
    func template(limit: Int) throws(InferenceError) -> TokenTemplate {
        var template = TokenTemplate()
        for step in steps(of: root["post_processor"], under: "processors") {
            switch step["type"]?.string {
            case "TemplateProcessing": template.surround(with: try self.template(step, limit))
            case "BertProcessing", "RobertaProcessing":
                let first = try id(step["cls"]?.array?.last?.integer, limit: limit, "post_processor.cls")
                let last = try id(step["sep"]?.array?.last?.integer, limit: limit, "post_processor.sep")
                template.surround(with: TokenTemplate(before: [first], after: [last]))
            // It tells where tokens stand, not which they are.
            case "ByteLevel": continue
            default: throw unsupported("post_processor that is not a template")
            }
        }
        return template
    }

    private func template(_ step: JSONValue, _ limit: Int) throws(InferenceError) -> TokenTemplate {
        guard let single = step["single"]?.array, single.count <= Self.longestTemplate else {
            throw invalid("post_processor.single is not a short list")
        }
        var template = TokenTemplate()
        var hasText = false
        for piece in single {
            if piece["Sequence"] != nil {
                guard !hasText else { throw unsupported("post_processor.single with two texts") }
                hasText = true
                continue
            }
            guard let name = piece["SpecialToken"]?["id"]?.string,
                let ids = step["special_tokens"]?[name]?["ids"]?.array, ids.count <= Self.longestTemplate
            else { throw invalid("post_processor.single has an unknown token") }
            for value in ids {
                let token = try id(value.integer, limit: limit, "post_processor.special_tokens")
                if hasText { template.after.append(token) } else { template.before.append(token) }
            }
        }
        guard hasText else { throw invalid("post_processor.single has no text") }
        return template
    }

    /// The special tokens around two texts; nil when the post-processor does not put two together as BERT does.
    func pairTemplate(limit: Int) throws(InferenceError) -> PairTemplate? {
        for step in steps(of: root["post_processor"], under: "processors") {
            switch step["type"]?.string {
            case "TemplateProcessing": return try pairTemplate(step, limit)
            case "BertProcessing", "RobertaProcessing":
                let first = try id(step["cls"]?.array?.last?.integer, limit: limit, "post_processor.cls")
                let last = try id(step["sep"]?.array?.last?.integer, limit: limit, "post_processor.sep")
                let between = step["type"]?.string == "BertProcessing" ? [last] : [last, last]
                return PairTemplate(before: [first], between: between, after: [last])
            default: continue
            }
        }
        return nil
    }

    private func pairTemplate(_ step: JSONValue, _ limit: Int) throws(InferenceError) -> PairTemplate? {
        guard let pair = step["pair"]?.array, pair.count <= Self.longestTemplate else { return nil }
        var parts: [[Int32]] = [[]]
        for piece in pair {
            if piece["Sequence"] != nil {
                parts.append([])
                continue
            }
            guard let name = piece["SpecialToken"]?["id"]?.string,
                let ids = step["special_tokens"]?[name]?["ids"]?.array, ids.count <= Self.longestTemplate
            else { throw invalid("post_processor.pair has an unknown token") }
            for value in ids {
                parts[parts.count - 1].append(try id(value.integer, limit: limit, "post_processor.special_tokens"))
            }
        }
        return parts.count == 3 ? PairTemplate(before: parts[0], between: parts[1], after: parts[2]) : nil
    }

    private static let longestTemplate = 8
}

extension TokenTemplate {
    fileprivate mutating func surround(with other: TokenTemplate) {
        before = other.before + before
        after += other.after
    }
}
