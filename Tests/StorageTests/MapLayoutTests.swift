import EmbeddingCore
import Testing

@testable import Storage

@Suite struct MapLayoutTests {
    private static let layout = MapLayout(
        model: "m:64",
        frame: MapLayout.Frame(lower: SIMD2(-9.5, -3), upper: SIMD2(12, 4.25)),
        places: ["o/r": SIMD2(0, 1), "日本/ü": SIMD2(13107.0 / 65535, 1)]
    )

    @Test func `layout is kept`() async throws {
        let fixture = try await Fixture()
        let store = fixture.storage.mapLayouts
        #expect(try await store.load() == nil)
        try await store.save(Self.layout)
        #expect(try await store.load() == Self.layout)
        let other = MapLayout(model: "n", frame: Self.layout.frame, places: [:])
        try await store.save(other)
        #expect(try await store.load() == other)
    }

    @Test(arguments: [-Float.greatestFiniteMagnitude, 2e9, .infinity, -.infinity, .nan])
    func `a frame that cannot be reckoned with is none`(corner: Float) {
        for place in [\MapLayout.Frame.lower.x, \.lower.y, \.upper.x, \.upper.y] {
            var layout = Self.layout
            layout.frame[keyPath: place] = corner
            #expect(MapLayout(encoded: layout.encoded) == nil)
        }
    }

    @Test func `what is no layout is none`() {
        let bytes = Self.layout.encoded
        #expect(MapLayout(encoded: bytes) == Self.layout)
        #expect(MapLayout(encoded: []) == nil)
        #expect(MapLayout(encoded: [9] + bytes.dropFirst()) == nil)
        for count in 0..<bytes.count {
            if let cut = MapLayout(encoded: Array(bytes.prefix(count))) { #expect(cut.places.count < 2) }
        }
    }
}
