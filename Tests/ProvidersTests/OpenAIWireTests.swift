import EmbeddingCore
import Testing

@testable import Providers

@Suite struct OpenAIWireTests {
    @Test func `any prefix and any changed byte of an answer is survived`() throws {
        let text = #"{"data":[{"index":0,"embedding":[0.1,-2e-3]},{"embedding":"AACAPw==","index":1}],"usage":{"a":1}}"#
        let bytes = Array(text.utf8)
        #expect(try OpenAIWire.batch(bytes, count: 2, capacity: 2).vectors == [[0.1, -2e-3], [1]])
        for end in bytes.indices {
            #expect(throws: EmbeddingError.self) { try OpenAIWire.batch(Array(bytes[..<end]), count: 2, capacity: 2) }
        }
        for place in bytes.indices {
            for byte: UInt8 in [0, 0x22, 0x5B, 0x5C, 0x5D, 0x7B, 0x7D, 0x2C, 0x39, 0xFF] {
                var changed = bytes
                changed[place] = byte
                if let batch = try? OpenAIWire.batch(changed, count: 2, capacity: 2) {
                    #expect(batch.vectors.count == 2)
                }
            }
        }
    }
}
