/// One transformer layer.
struct TransformerLayer: Sendable {
    /// Queries, keys, and values, in one product.
    let attention: LinearLayer
    /// Of each head of the queries, and of the keys.
    var headNormalizations: (query: Normalization, key: Normalization)?
    var rotary: RotaryEmbedding?
    /// How many tokens before and after itself a token sees; nil for all.
    var window: (before: Int, after: Int)?
    /// Adds to the residual.
    let attentionOutput: LinearLayer
    /// Before attention or after it, as the model's order is; nil for none.
    let attentionNormalization: Normalization?
    /// With a gate: what the activation is for, and beside it what it is multiplied by.
    let feedForwardUp: LinearLayer
    /// Adds to the residual.
    let feedForwardDown: LinearLayer
    let feedForwardNormalization: Normalization?
}
