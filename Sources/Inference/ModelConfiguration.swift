import JSON

/// What a sentence-transformers folder says about its model: the files `config.json`, `modules.json`,
/// `sentence_bert_config.json`, and the pooling module's `config.json`.
struct ModelConfiguration: Sendable {
    /// How the vectors of a text's tokens become one.
    enum Pooling: Sendable {
        case mean
        case firstToken
        case maximum
    }

    /// The activation between the two feed-forward products.
    enum Activation: String, Sendable {
        case gelu
        case geluTanh = "gelu_new"
        case geluPyTorchTanh = "gelu_pytorch_tanh"
        case relu
    }

    let width: Int
    let layers: Int
    let heads: Int
    let feedForwardWidth: Int
    let vocabulary: Int
    let positions: Int
    /// Position number of the first token: 0 for BERT, padding index + 1 for RoBERTa.
    let positionOffset: Int
    let tokenTypes: Int
    let normalizationEpsilon: Float
    let activation: Activation
    let pooling: Pooling
    /// Tokens of one text, special tokens included; longer texts are cut.
    let maxTokens: Int

    var headWidth: Int { width / heads }

    private static let smallFile = 1 << 20

    /// - Throws: `.modelNotFound`, `.invalidModel`, `.unsupportedModel`.
    init(directory: String) throws(InferenceError) {
        let path = directory + "/config.json"
        let config = try Self.read(path)
        let type = config["model_type"]?.string ?? "bert"
        guard ["bert", "roberta", "xlm-roberta"].contains(type) else {
            throw InferenceError(
                .unsupportedModel,
                "\(path): model_type '\(type.prefix(40))' is not of BERT architecture"
            )
        }
        if let embedding = config["position_embedding_type"]?.string, embedding != "absolute" {
            throw InferenceError(.unsupportedModel, "\(path): position_embedding_type '\(embedding.prefix(40))'")
        }
        width = try Self.size("hidden_size", of: config, in: path)
        layers = try Self.size("num_hidden_layers", of: config, in: path)
        heads = try Self.size("num_attention_heads", of: config, in: path)
        feedForwardWidth = try Self.size("intermediate_size", of: config, in: path)
        vocabulary = try Self.size("vocab_size", of: config, in: path)
        positions = try Self.size("max_position_embeddings", of: config, in: path)
        tokenTypes = try Self.size("type_vocab_size", of: config, in: path)
        guard width % heads == 0, (width / heads) % 8 == 0, feedForwardWidth % 8 == 0 else {
            throw InferenceError(.unsupportedModel, "\(path): heads and layers must be multiples of 8 wide")
        }
        let padding = config["pad_token_id"]?.integer ?? 0
        guard (0..<vocabulary).contains(padding) else {
            throw InferenceError(.invalidModel, "\(path): pad_token_id is out of range")
        }
        positionOffset = type == "bert" ? 0 : padding + 1
        normalizationEpsilon = Float(config["layer_norm_eps"]?.double ?? 1e-12)
        let name = config["hidden_act"]?.string ?? "gelu"
        guard let activation = Activation(rawValue: name) else {
            throw InferenceError(.unsupportedModel, "\(path): hidden_act '\(name.prefix(40))'")
        }
        self.activation = activation
        guard positionOffset + 2 < positions else {
            throw InferenceError(.invalidModel, "\(path): too few positions")
        }
        pooling = try Self.pooling(of: directory)
        maxTokens = min(try Self.sequenceLimit(of: directory), positions - positionOffset)
        guard maxTokens > 2 else { throw InferenceError(.invalidModel, "\(directory): max_seq_length of \(maxTokens)") }
    }

    /// The pooling of the chain of modules; without `modules.json` it is the mean. Vectors get unit length whether or
    /// not the chain says so.
    private static func pooling(of directory: String) throws(InferenceError) -> Pooling {
        let path = directory + "/modules.json"
        guard let modules = try readIfPresent(path)?.array else { return .mean }
        var pooling = Pooling.mean
        for module in modules {
            let type = module["type"]?.string ?? ""
            switch type.split(separator: ".").last {
            case "Transformer", "Normalize": continue
            case "Pooling":
                let folder = module["path"]?.string ?? "1_Pooling"
                pooling = try Self.pooling(try read("\(directory)/\(folder)/config.json"), in: folder)
            default: throw InferenceError(.unsupportedModel, "\(path): module '\(type.prefix(80))'")
            }
        }
        return pooling
    }

    private static func pooling(_ config: JSONValue, in folder: String) throws(InferenceError) -> Pooling {
        let modes: [(key: String, name: String, pooling: Pooling?)] = [
            ("pooling_mode_cls_token", "cls", .firstToken),
            ("pooling_mode_mean_tokens", "mean", .mean),
            ("pooling_mode_max_tokens", "max", .maximum),
            ("pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens", nil),
            ("pooling_mode_weightedmean_tokens", "weightedmean", nil),
            ("pooling_mode_lasttoken", "lasttoken", nil),
        ]
        let named = config["pooling_mode"]?.string
        let chosen = modes.filter { named == $0.name || config[$0.key]?.bool == true }
        guard chosen.count == 1, let pooling = chosen[0].pooling else {
            throw InferenceError(.unsupportedModel, "\(folder)/config.json: pooling must be one of mean, CLS, max")
        }
        return pooling
    }

    private static func sequenceLimit(of directory: String) throws(InferenceError) -> Int {
        if let limit = try readIfPresent(directory + "/sentence_bert_config.json")?["max_seq_length"]?.integer {
            return limit
        }
        return try readIfPresent(directory + "/tokenizer_config.json")?["model_max_length"]?.integer ?? Int.max
    }

    private static func size(_ key: String, of config: JSONValue, in path: String) throws(InferenceError) -> Int {
        guard let size = config[key]?.integer, size > 0, size <= 1 << 24 else {
            throw InferenceError(.invalidModel, "\(path): \(key) is missing or out of range")
        }
        return size
    }

    private static func read(_ path: String) throws(InferenceError) -> JSONValue {
        let content = try MappedFile.content(of: path, limit: smallFile)
        do {
            return try JSONValue(content)
        } catch {
            throw InferenceError(.invalidModel, "\(path): \(error)")
        }
    }

    private static func readIfPresent(_ path: String) throws(InferenceError) -> JSONValue? {
        do {
            return try read(path)
        } catch  where error.code == .modelNotFound {
            return nil
        }
    }
}
