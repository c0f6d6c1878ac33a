import Glibc

/// A tensor of f32 values: in the mapped file itself where it lies there as aligned f32, else in memory of its own.
final class FloatTensor: Sendable {
    nonisolated(unsafe) let start: UnsafePointer<Float>
    let count: Int
    /// Keeps the mapping alive; nil when the memory is our own.
    private let file: MappedFile?
    /// Keeps the memory alive that this is a part of.
    private let whole: FloatTensor?

    /// - Throws: `.invalidModel` when the tensor is missing or has another shape, `.unsupportedModel` when its type is
    ///   not a float of at most 32 bits.
    init(_ name: String, shape: [Int], in weights: Safetensors) throws(InferenceError) {
        guard let tensor = weights.tensors[name] else {
            throw InferenceError(.invalidModel, "\(weights.path): there is no tensor '\(name)'")
        }
        guard tensor.shape == shape else {
            throw InferenceError(
                .invalidModel,
                "\(weights.path): tensor '\(name)' has shape \(tensor.shape), expected \(shape)"
            )
        }
        count = tensor.count
        let bytes = UnsafeRawBufferPointer(rebasing: weights.file(of: name).bytes[tensor.range])
        if tensor.type == .f32, let base = bytes.baseAddress, Int(bitPattern: base) % 4 == 0 {
            start = base.assumingMemoryBound(to: Float.self)
            file = weights.file(of: name)
            whole = nil
            return
        }
        let own = Self.allocate(count)
        for index in 0..<count {
            switch tensor.type {
            case .f32: own[index] = bytes.loadUnaligned(fromByteOffset: index * 4, as: Float.self)
            case .f16: own[index] = Float(bytes.loadUnaligned(fromByteOffset: index * 2, as: Float16.self))
            case .bf16:
                let bits = bytes.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self)
                own[index] = Float(bitPattern: UInt32(bits) << 16)
            default:
                own.deallocate()
                throw InferenceError(
                    .unsupportedModel,
                    "\(weights.path): tensor '\(name)' has type \(tensor.type.rawValue)"
                )
            }
        }
        start = UnsafePointer(own)
        file = nil
        whole = nil
    }

    /// The tensors one after the other, in memory of their own.
    init(joining tensors: [FloatTensor]) {
        count = tensors.reduce(0) { $0 + $1.count }
        let own = Self.allocate(count)
        var place = own
        for tensor in tensors {
            place.initialize(from: tensor.start, count: tensor.count)
            place += tensor.count
        }
        start = UnsafePointer(own)
        file = nil
        whole = nil
    }

    /// In memory of its own, filled by `fill`, which finds zeros.
    init(count: Int, _ fill: (UnsafeMutablePointer<Float>) -> Void) {
        self.count = count
        let own = Self.allocate(count)
        fill(own)
        start = UnsafePointer(own)
        file = nil
        whole = nil
    }

    convenience init(zeros count: Int) { self.init(count: count) { _ in } }

    /// Some of the elements of `tensor`.
    init(_ tensor: FloatTensor, from first: Int, count: Int) {
        precondition(first >= 0 && count >= 0 && first + count <= tensor.count)
        self.count = count
        start = tensor.start + first
        file = tensor.file
        whole = tensor
    }

    deinit { if file == nil, whole == nil { start.deallocate() } }

    private static func allocate(_ count: Int) -> UnsafeMutablePointer<Float> {
        UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * 4, alignment: 64)
            .initializeMemory(as: Float.self, repeating: 0, count: count)
    }
}
