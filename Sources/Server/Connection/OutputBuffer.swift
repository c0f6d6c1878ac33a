import EventLoop

/// Bytes on their way to the client.
struct OutputBuffer {
    /// Nothing more is produced for a client while so many bytes wait for it.
    static let highWater = 64 << 10

    var bytes: [UInt8] = []
    private var offset = 0

    var isEmpty: Bool { offset == bytes.count }
    var count: Int { bytes.count - offset }

    enum Flush: Equatable {
        case done
        /// The client has to take what was sent first.
        case waits(sent: Int)
        case failed
    }

    mutating func flush(to descriptor: Int32) -> Flush {
        var sent = 0
        while !isEmpty {
            let result = bytes.withUnsafeBytes {
                SystemSocket.send(descriptor, UnsafeRawBufferPointer(rebasing: $0[offset...]))
            }
            switch result {
            case .bytes(let count):
                offset += count
                sent += count
            case .wouldBlock:
                compact()
                return .waits(sent: sent)
            case .failed: return .failed
            }
        }
        offset = 0
        bytes.removeAll(keepingCapacity: true)
        return .done
    }

    /// Gives up what has been sent once that is most of it.
    private mutating func compact() {
        guard offset > bytes.count / 2 else { return }
        bytes.removeFirst(offset)
        offset = 0
    }
}
