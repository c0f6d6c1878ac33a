import EmbeddingCore
import HTTP
import JSON

/// The model's tokens, as text-embeddings-inference tells them: `/tokenize` and `/decode`.
struct TokenRoutes: Sendable {
    /// Bytes of a request. Each may be a token, which takes a hundred times as many.
    private static let largestBody = 1 << 20

    private let handler: EmbeddingHandler
    private let bodyLimit: Int

    init(_ services: ServiceDependencies, _ configuration: APIConfiguration) {
        handler = EmbeddingHandler(services, configuration)
        bodyLimit = min(Self.largestBody, configuration.maximumBodyBytes)
    }

    var endpoints: [Endpoint] {
        [
            .reading(.post, "/tokenize", .tei, consumes: .json, bodyLimit: bodyLimit) { context in
                let json = try context.object()
                let texts = try json["inputs"]?.texts("inputs") ?? []
                let special = try json.optional("add_special_tokens", "true or false", \.bool) ?? true
                let promptName = try json.promptName()
                let model = try await model(json, count: texts.count, of: "inputs")
                return Self.response(try await model.tokens(of: texts, promptName: promptName, special: special))
            },
            .reading(.post, "/decode", .tei, consumes: .json, bodyLimit: bodyLimit) { context in
                let json = try context.object()
                let ids = try json["ids"]?.tokenLists("ids") ?? []
                let skipsSpecial = try json.optional("skip_special_tokens", "true or false", \.bool) ?? true
                let model = try await model(json, count: ids.count, of: "ids")
                let texts = try await model.texts(of: ids, special: !skipsSpecial)
                return .elements(texts.count, floats: 0) { json, index in json.string(texts[index]) }
            },
        ]
    }

    /// - Throws: `APIError` 400 without anything to do, 404 for a model that is not served, 501 when its tokens are not
    ///   known.
    private func model(_ json: JSONValue, count: Int, of parameter: String) async throws -> any TokenModel {
        guard count > 0 else { throw APIError(.badRequest, .empty, "\(parameter) is empty", parameter: parameter) }
        try handler.check(count: count, of: parameter)
        let name = try json.optional("model", "a string", \.string)
        return try await handler.checkedService(for: name).tokenModel()
    }

    private static func response(_ inputs: [[TextToken]]) -> HTTPResponse {
        .elements(inputs.count, floats: inputs.reduce(0) { $0 + $1.count }) { json, index in
            json.array { json in
                for token in inputs[index] {
                    json.object { json in
                        json.member("id", token.id)
                        json.member("text", token.text)
                        json.member("special", token.range == nil)
                        json.member("start", token.range?.lowerBound)
                        json.member("stop", token.range?.upperBound)
                    }
                }
            }
        }
    }
}

extension JSONValue {
    /// A string, or an array of strings.
    fileprivate func texts(_ name: String) throws -> [String] {
        try embeddingInputs(name).map { input in
            guard case .text(let text) = input else {
                throw APIError.badRequest("\(name) must be a string or an array of strings", parameter: name)
            }
            return text
        }
    }

    /// An array of token ids, or an array of such arrays.
    fileprivate func tokenLists(_ name: String) throws -> [[Int]] {
        try embeddingInputs(name).map { input in
            guard case .tokens(let ids) = input else {
                throw APIError.badRequest("\(name) must be an array of token ids, or of such arrays", parameter: name)
            }
            return ids
        }
    }
}
