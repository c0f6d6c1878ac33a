import COneDNN

/// A compiled product of one linear layer's shape and a number of rows; it runs on the weights of every layer of that
/// shape. Belongs to one worker.
final class MatrixProduct {
    private var product = onednn_product_t()

    init(rows: Int, like layer: LinearLayer, on backend: OneDNN) throws(InferenceError) {
        var shape = layer.shape.product(rows: rows)
        var layout = layer.layout.value
        try OneDNN.check(
            onednn_product_create(backend.engine, &shape, &layout, &product),
            "prepare a product of \(rows) rows"
        )
    }

    deinit { onednn_product_destroy(&product) }

    func run(
        _ layer: LinearLayer,
        source: UnsafeRawPointer,
        destination: UnsafeMutableRawPointer,
        stream: dnnl_stream_t
    ) throws(InferenceError) {
        try OneDNN.check(
            onednn_product_run(&product, stream, source, layer.weights, layer.bias.start, destination),
            "multiply"
        )
    }
}
