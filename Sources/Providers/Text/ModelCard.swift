/// What is known of a model beforehand: its size, its context, its prefixes.
struct ModelCard: Sendable, Hashable {
    var dimensions: Int?
    /// Tokens of one text.
    var tokens: Int?
    var queryPrefix = ""
    var documentPrefix = ""
    /// All prompts by their names, as far as the model's folder has them.
    var prompts: [String: String] = [:]
    /// Whether a prefix of the vector is a vector (Matryoshka representation learning).
    var isMatryoshka = false
    /// Whether the provider's own `dimensions` parameter gives shorter vectors.
    var takesDimensions = false

    /// What the names of the models begin with that a card is of.
    typealias Entry = (prefix: String, card: ModelCard)

    /// The card of a model by the provider's name of it, owner and tag left out; nil when nothing is known.
    static func named(_ name: String) -> ModelCard? {
        let base = base(of: name)
        return cards.first { base.hasPrefix($0.prefix) }?.card
    }

    /// A name in lower case without owner and tag.
    static func base(of name: String) -> String {
        var base = name.lowercased()
        if let slash = base.lastIndex(of: "/") { base = String(base[base.index(after: slash)...]) }
        if let colon = base.firstIndex(of: ":") { base = String(base[..<colon]) }
        return base
    }

    /// That of a model of which the provider gives shorter vectors when it is asked to.
    static func flexible(dimensions: Int, tokens: Int) -> ModelCard {
        ModelCard(dimensions: dimensions, tokens: tokens, isMatryoshka: true, takesDimensions: true)
    }

    private static let retrieval = "Represent this sentence for searching relevant passages: "

    /// Those of models that several providers have, and each provider's own. Longer names before their own prefixes.
    private static let cards: [Entry] =
        [
            (
                "nomic-embed-text",
                ModelCard(
                    dimensions: 768,
                    tokens: 2048,
                    queryPrefix: "search_query: ",
                    documentPrefix: "search_document: ",
                    isMatryoshka: true
                )
            ),
            ("mxbai-embed-large", ModelCard(dimensions: 1024, tokens: 512, queryPrefix: retrieval, isMatryoshka: true)),
            ("bge-small-en", ModelCard(dimensions: 384, tokens: 512, queryPrefix: retrieval)),
            ("bge-base-en", ModelCard(dimensions: 768, tokens: 512, queryPrefix: retrieval)),
            ("bge-large-en", ModelCard(dimensions: 1024, tokens: 512, queryPrefix: retrieval)),
            ("bge-m3", ModelCard(dimensions: 1024, tokens: 8192)),
            ("all-minilm-l6-v2", ModelCard(dimensions: 384, tokens: 256)),
            ("all-minilm", ModelCard(dimensions: 384, tokens: 256)),
            ("m2-bert-80m-8k", ModelCard(dimensions: 768, tokens: 8192)),
            ("m2-bert-80m-32k", ModelCard(dimensions: 768, tokens: 32768)),
            ("m2-bert-80m-2k", ModelCard(dimensions: 768, tokens: 2048)),
        ] + e5 + ProviderKinds.all.flatMap(\.models)

    /// The E5 family; the instruction-tuned ones take an instruction with the query only, so they are left plain.
    private static let e5: [Entry] = [
        ("multilingual-e5-large-instruct", ModelCard(dimensions: 1024, tokens: 512)),
        ("multilingual-e5-small", plainE5(384)),
        ("multilingual-e5-base", plainE5(768)),
        ("multilingual-e5-large", plainE5(1024)),
        ("e5-small", plainE5(384)),
        ("e5-base", plainE5(768)),
        ("e5-large", plainE5(1024)),
    ]

    private static func plainE5(_ dimensions: Int) -> ModelCard {
        ModelCard(dimensions: dimensions, tokens: 512, queryPrefix: "query: ", documentPrefix: "passage: ")
    }
}
