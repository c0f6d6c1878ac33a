import Testing

@testable import Server

@Suite struct HighWaterMarkTests {
    @Test func `memory is given back once most of it is free`() {
        var mark = HighWaterMark()
        let rises = [1 << 20, 0, 256 << 20, 100 << 20].map { mark.note($0) }
        #expect(!rises.contains(true))
        let falls = [80 << 20, 64 << 20, 60 << 20, 0].map { mark.note($0) }
        #expect(falls == [false, true, false, true])
        // Small rises are not worth it.
        let small = [15 << 20, 0].map { mark.note($0) }
        #expect(small == [false, false])
    }
}
