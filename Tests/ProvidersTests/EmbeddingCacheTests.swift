import EmbeddingCore
import Telemetry
import Testing

@testable import Providers

struct EmbeddingCacheTests {
    private let model = EmbeddingModel(provider: "openai", name: "m", dimensions: 4)

    private func key(_ text: String) -> CacheKey {
        CacheKey(.text(text), in: CacheKey.Scope(model: model, type: .document))
    }

    private func value(_ number: Int, dimensions: Int = 4) throws -> EmbeddedText {
        let values = [Float(number + 1)] + [Float](repeating: 0, count: dimensions - 1)
        return EmbeddedText(
            embedding: try Embedding(validating: values, dimensions: dimensions, normalized: false),
            tokens: number
        )
    }

    @Test func `keys differ in everything a vector depends on`() {
        let other = EmbeddingModel(provider: "openai", name: "m", dimensions: 4, revision: "r")
        let keys: Set<CacheKey> = [
            key("a"), key("b"), CacheKey(.text("a"), in: CacheKey.Scope(model: model, type: .query)),
            CacheKey(.text("a"), in: CacheKey.Scope(model: model, type: .prompt("b"))),
            CacheKey(.text("a"), in: CacheKey.Scope(model: model, type: .prompt("bc"))),
            CacheKey(.text("ca"), in: CacheKey.Scope(model: model, type: .prompt("b"))),
            CacheKey(.text("a"), in: CacheKey.Scope(model: other, type: .document)),
            CacheKey(.text("a"), in: CacheKey.Scope(model: model.resized(2), type: .document)),
            CacheKey(.tokens([97]), in: CacheKey.Scope(model: model, type: .document)),
            CacheKey(.text("a"), in: CacheKey.Scope(model: model, type: .document), isUncut: true),
            CacheKey(.tokens([1, 2]), in: CacheKey.Scope(model: model, type: .document)),
            CacheKey(.tokens([12]), in: CacheKey.Scope(model: model, type: .document)),
            CacheKey(.text("a"), in: CacheKey.Scope(model: model, type: .document, partition: .anybody)),
        ]
        #expect(keys.count == 13)
        #expect(key("a") == key("a"))
    }

    @Test func `it behaves as a list ordered by use and bounded in bytes`() throws {
        var random = LinearGenerator(state: 3)
        let entrySize = LRUCache.overhead + 16
        var cache = LRUCache(capacity: entrySize * 10 + 5)
        var naive: [(key: String, value: Int)] = []
        for step in 0..<5000 {
            let text = "\(Int.random(in: 0..<25, using: &random))"
            if Bool.random(using: &random) {
                cache.insert(try value(step), for: key(text))
                naive.removeAll { $0.key == text }
                naive.append((text, step))
                if naive.count > 10 { naive.removeFirst() }
            } else {
                let found = cache.value(for: key(text))?.tokens
                let place = naive.firstIndex { $0.key == text }
                #expect(found == place.map { naive[$0].value })
                if let place { naive.append(naive.remove(at: place)) }
            }
            #expect(cache.count == naive.count && cache.bytes == naive.count * entrySize)
        }
        #expect(cache.evictions > 0)
    }

    @Test func `a cache of no bytes keeps nothing and a vector larger than the cache is not kept`() throws {
        var none = LRUCache(capacity: 0)
        none.insert(try value(1), for: key("a"))
        #expect(none.count == 0 && none.value(for: key("a")) == nil)
        var small = LRUCache(capacity: 1000)
        small.insert(try value(1, dimensions: 1536), for: key("a"))
        #expect(small.count == 0)
    }

    @Test func `vectors of several sizes are bounded together`() throws {
        var random = LinearGenerator(state: 9)
        var cache = LRUCache(capacity: 50_000)
        for step in 0..<500 {
            let size = [4, 384, 1536].randomElement(using: &random) ?? 4
            cache.insert(try value(step, dimensions: size), for: key("\(step % 70)"))
            #expect(cache.bytes <= 50_000)
        }
    }
}
