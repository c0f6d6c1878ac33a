/// Bytes that came in while an earlier request was being answered: at most what one read brings.
struct PendingInput {
    private var bytes: [UInt8] = []
    private var offset = 0

    var isEmpty: Bool { bytes.isEmpty }
    var count: Int { bytes.count - offset }

    mutating func store(_ input: Span<UInt8>) {
        guard !input.isEmpty else { return }
        input.withUnsafeBufferPointer { bytes = Array($0) }
        offset = 0
    }

    mutating func removeAll() {
        bytes = []
        offset = 0
    }

    /// What is stored, which is forgotten here until `restore`.
    mutating func take() -> (bytes: [UInt8], offset: Int) {
        var taken: [UInt8] = []
        swap(&taken, &bytes)
        defer { offset = 0 }
        return (taken, offset)
    }

    mutating func restore(_ bytes: consuming [UInt8], from offset: Int) {
        guard offset < bytes.count else { return removeAll() }
        self.bytes = bytes
        self.offset = offset
    }
}
