/// The activation between the two feed-forward products, by its name in `config.json`.
enum Activation: String, Sendable {
    case gelu
    case geluTanh = "gelu_new"
    case geluPyTorchTanh = "gelu_pytorch_tanh"
    case relu
    case silu
    case swish
}
