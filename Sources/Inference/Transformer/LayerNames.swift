/// What a family calls the parts of a layer that is normalised after each part, under the layer's own name.
struct LayerNames: Sendable {
    /// One product of queries, keys and values, or each by itself.
    let attention: [String]
    let attentionOutput: String
    let attentionNormalization: String
    /// With a gate: what is activated first, then what it is multiplied by, or both in one.
    let feedForwardUp: [String]
    let feedForwardDown: String
    let feedForwardNormalization: String
    var isGated = false
    var attentionHasBias = true
    var feedForwardUpHasBias = true
    var feedForwardDownHasBias = true
    /// Whether one product of both has what is activated last.
    var gateStandsFirst = false
}

extension TensorLoader {
    /// The layers `name.0`, `name.1` and so on.
    /// - Throws: `.invalidModel`, `.unsupportedModel`, naming the tensor.
    func layers(
        _ count: Int,
        _ name: String,
        _ names: LayerNames,
        _ shape: TransformerShape
    ) throws(InferenceError) -> [TransformerLayer] {
        var layers: [TransformerLayer] = []
        for index in 0..<count { layers.append(try layer("\(name).\(index)", names, shape)) }
        return layers
    }

    private func layer(
        _ name: String,
        _ names: LayerNames,
        _ shape: TransformerShape
    ) throws(InferenceError) -> TransformerLayer {
        let width = shape.width
        return TransformerLayer(
            attention: try linear(
                Self.parts(names.attention, of: name, outputs: width * 3),
                width,
                for: .attention,
                hasBias: names.attentionHasBias
            ),
            attentionOutput: try linear(
                "\(name).\(names.attentionOutput)",
                width,
                width,
                for: .attention,
                hasBias: names.attentionHasBias,
                accumulates: true
            ),
            attentionNormalization: try layerNormalization("\(name).\(names.attentionNormalization)", width: width),
            feedForwardUp: try feedForwardUp(name, names, shape),
            feedForwardDown: try linear(
                "\(name).\(names.feedForwardDown)",
                shape.feedForwardWidth,
                width,
                for: .feedForward,
                hasBias: names.feedForwardDownHasBias,
                accumulates: true
            ),
            feedForwardNormalization: try layerNormalization("\(name).\(names.feedForwardNormalization)", width: width)
        )
    }

    private func feedForwardUp(
        _ name: String,
        _ names: LayerNames,
        _ shape: TransformerShape
    ) throws(InferenceError) -> LinearLayer {
        let outputs = shape.feedForwardWidth * (names.isGated ? 2 : 1)
        guard names.gateStandsFirst else {
            return try linear(
                Self.parts(names.feedForwardUp, of: name, outputs: outputs),
                shape.width,
                for: .feedForward,
                hasBias: names.feedForwardUpHasBias
            )
        }
        let both = try tensor("\(name).\(names.feedForwardUp[0]).weight", [outputs, shape.width])
        let half = outputs / 2 * shape.width
        return try linear(
            [FloatTensor(both, from: half, count: half), FloatTensor(both, from: 0, count: half)],
            [FloatTensor(zeros: outputs)],
            shape.width,
            for: .feedForward
        )
    }

    /// The products of a layer that have so many outputs together, the same number each.
    private static func parts(_ names: [String], of layer: String, outputs: Int) -> [(name: String, outputs: Int)] {
        names.map { ("\(layer).\($0)", outputs / names.count) }
    }
}
