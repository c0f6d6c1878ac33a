import Testing

@testable import HTTPClient

@Suite struct TransferQueueTests {
    @Test func `elements of an origin start in order`() {
        var queue = TransferQueue<Int>(limit: 10, limitPerOrigin: 2, waitingLimit: 200)
        #expect((0..<200).map { queue.admit($0, origin: "a") == .start }.filter(\.self).count == 2)
        #expect(queue.next() == nil)
        var started: [Int] = []
        for _ in 0..<198 {
            queue.finish(origin: "a")
            while let next = queue.next() { started.append(next) }
        }
        #expect(started == Array(2..<200))
        #expect(queue.active == 2)
        #expect(queue.waiting == 0)
    }

    @Test func `origins take turns`() {
        var queue = TransferQueue<String>(limit: 2, limitPerOrigin: 2, waitingLimit: 100)
        for index in 0..<4 { _ = queue.admit("a\(index)", origin: "a") }
        for index in 0..<2 { _ = queue.admit("b\(index)", origin: "b") }
        var started: [String] = []
        for _ in 0..<2 {
            queue.finish(origin: "a")
            started.append(queue.next() ?? "")
        }
        #expect(started == ["a2", "b0"])
    }

    @Test func `an origin at its limit holds up no other`() {
        var queue = TransferQueue<String>(limit: 3, limitPerOrigin: 1, waitingLimit: 100)
        #expect(queue.admit("a0", origin: "a") == .start)
        #expect(queue.admit("a1", origin: "a") == .wait)
        #expect(queue.admit("b0", origin: "b") == .start)
        #expect(queue.next() == nil)
        queue.finish(origin: "a")
        #expect(queue.next() == "a1")
    }

    @Test func `the wait is bounded`() {
        var queue = TransferQueue<Int>(limit: 1, limitPerOrigin: 1, waitingLimit: 2)
        #expect((0..<4).map { queue.admit($0, origin: "a") } == [.start, .wait, .wait, .full])
    }

    @Test func `removed elements are skipped`() {
        var queue = TransferQueue<Int>(limit: 1, limitPerOrigin: 1, waitingLimit: 10)
        for element in 0..<6 { _ = queue.admit(element, origin: element.isMultiple(of: 2) ? "even" : "odd") }
        #expect(queue.removeWaiting { $0 == 2 || $0 == 1 }.sorted() == [1, 2])
        #expect(queue.waiting == 3)
        var started: [Int] = []
        for origin in ["even", "odd", "odd", "even"] {
            queue.finish(origin: origin)
            if let next = queue.next() { started.append(next) }
        }
        #expect(started.sorted() == [3, 4, 5])
        #expect(queue.removeWaiting { _ in true }.isEmpty)
    }
}
