/// A seeded source of randomness (Steele, Lea and Flood, 2014).
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

extension [UInt8] {
    /// A copy with one to four bytes changed, removed, inserted, or a piece repeated or cut off.
    func mutated(by random: inout SplitMix64) -> [UInt8] {
        var copy = self
        for _ in 0..<Int.random(in: 1...4, using: &random) where !copy.isEmpty {
            let place = Int.random(in: 0..<copy.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: copy[place] = UInt8.random(in: 0...255, using: &random)
            case 1: copy[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 2: copy.remove(at: place)
            case 3: copy.insert(UInt8(ascii: "0") + UInt8.random(in: 0..<10, using: &random), at: place)
            case 4: copy.insert(contentsOf: copy[place..<Swift.min(place + 20, copy.count)], at: place)
            default: copy.removeSubrange(place...)
            }
        }
        return copy
    }

    /// A copy of a JSON text in which one value after a colon is another.
    func withHostileValue(by random: inout SplitMix64) -> [UInt8] {
        let colons = indices.filter { self[$0] == UInt8(ascii: ":") }
        guard let colon = colons.randomElement(using: &random) else { return self }
        let end = self[(colon + 1)...].firstIndex { [UInt8(ascii: ","), UInt8(ascii: "}")].contains($0) } ?? endIndex
        let values = [
            "null", "0", "-1", "1", "7", "16777216", "9223372036854775807", "1e308", "-0.5", "true", "[]", "{}", "\"\"",
            "\"../..\"", "[[[[]]]]",
        ]
        let value = values.randomElement(using: &random) ?? ""
        return Array(self[...colon]) + Array(value.utf8) + Array(self[end...])
    }
}
