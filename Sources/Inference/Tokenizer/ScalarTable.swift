/// Properties and replacements of all Unicode scalars, in pages of 256 of which equal ones are shared.
struct ScalarTable: Sendable {
    private var pageOfBlock = [UInt16](repeating: 0, count: 0x1100)
    private var pages = [UInt32](repeating: 0, count: 256)
    private var replacements: [UInt32] = [0]

    /// - Parameters:
    ///   - decomposes: replace by canonical decomposition; Hangul syllables are left to `decomposeHangul`.
    ///   - lowercases: replace by lower case, after the decomposition.
    init(decomposes: Bool, lowercases: Bool) {
        fillProperties()
        let decompositions = decomposes ? Self.mappings(UnicodeTables.decompositions) : [:]
        let lowercase = lowercases ? Self.mappings(UnicodeTables.lowercase) : [:]
        for (scalar, decomposed) in decompositions {
            replace(scalar, by: decomposed.flatMap { lowercase[$0] ?? [$0] })
        }
        for (scalar, lower) in lowercase where decompositions[scalar] == nil { replace(scalar, by: lower) }
    }

    @inline(__always)
    func properties(of scalar: UInt32) -> ScalarProperties {
        ScalarProperties(rawValue: pages[Int(pageOfBlock[Int(scalar >> 8)]) << 8 | Int(scalar & 0xFF)])
    }

    /// The scalars that replace one whose properties name a replacement.
    func replacement(_ properties: ScalarProperties) -> ArraySlice<UInt32> {
        let place = properties.replacement
        return replacements[place + 1..<place + 1 + Int(replacements[place])]
    }

    /// The canonical decomposition of a Hangul syllable (Unicode Standard, section 3.12), or nil for other scalars.
    static func decomposeHangul(_ scalar: UInt32) -> (lead: UInt32, vowel: UInt32, tail: UInt32?)? {
        guard (0xAC00...0xD7A3).contains(scalar) else { return nil }
        let index = scalar - 0xAC00
        let tail = index % 28
        return (0x1100 + index / 588, 0x1161 + index % 588 / 28, tail == 0 ? nil : 0x11A7 + tail)
    }

    /// Canonical ordering: stable, within each run of scalars of a combining class other than 0.
    func order(_ scalars: inout [UInt32]) {
        var start = 0
        while start < scalars.count {
            guard properties(of: scalars[start]).combiningClass != 0 else {
                start += 1
                continue
            }
            var end = start + 1
            while end < scalars.count, properties(of: scalars[end]).combiningClass != 0 { end += 1 }
            guard end - start > 1 else {
                start = end
                continue
            }
            let run = scalars[start..<end].map { ($0, properties(of: $0).combiningClass) }
            scalars.replaceSubrange(start..<end, with: run.sorted { $0.1 < $1.1 }.map(\.0))
            start = end
        }
    }

    private mutating func fillProperties() {
        var uniformPages: [UInt32: UInt16] = [:]
        let ranges = UnicodeTables.ranges
        for index in stride(from: 0, to: ranges.count, by: 3) {
            let (first, last, properties) = (ranges[index], ranges[index + 1], ranges[index + 2])
            for block in first >> 8...last >> 8 {
                let low = max(first, block << 8)
                let high = min(last, block << 8 | 0xFF)
                if high - low == 0xFF {
                    let page = uniformPages[properties] ?? addPage(filledWith: properties)
                    uniformPages[properties] = page
                    pageOfBlock[Int(block)] = page
                } else {
                    for scalar in low...high { pages[place(of: scalar)] = properties }
                }
            }
        }
    }

    /// The index of a scalar's entry on a page of its own.
    private mutating func place(of scalar: UInt32) -> Int {
        let block = Int(scalar >> 8)
        if pageOfBlock[block] == 0 { pageOfBlock[block] = addPage(filledWith: 0) }
        return Int(pageOfBlock[block]) << 8 | Int(scalar & 0xFF)
    }

    private mutating func addPage(filledWith properties: UInt32) -> UInt16 {
        pages.append(contentsOf: repeatElement(properties, count: 256))
        return UInt16(pages.count >> 8 - 1)
    }

    private mutating func replace(_ scalar: UInt32, by scalars: [UInt32]) {
        let entry = ownedPlace(of: scalar)
        pages[entry] = pages[entry] & 0xFFFF | UInt32(replacements.count) << 16
        replacements.append(UInt32(scalars.count))
        replacements.append(contentsOf: scalars)
    }

    /// As `place(of:)`, but splits a page that several blocks share.
    private mutating func ownedPlace(of scalar: UInt32) -> Int {
        let block = Int(scalar >> 8)
        let page = pageOfBlock[block]
        if page != 0, pageOfBlock.lazy.filter({ $0 == page }).count > 1 {
            let copy = Array(pages[Int(page) << 8..<(Int(page) + 1) << 8])
            pageOfBlock[block] = addPage(filledWith: 0)
            let start = Int(pageOfBlock[block]) << 8
            pages.replaceSubrange(start..<start + 256, with: copy)
        }
        return place(of: scalar)
    }

    private static func mappings(_ table: [UInt32]) -> [UInt32: [UInt32]] {
        var mappings: [UInt32: [UInt32]] = [:]
        var index = 0
        while index < table.count {
            let count = Int(table[index + 1])
            mappings[table[index]] = Array(table[index + 2..<index + 2 + count])
            index += 2 + count
        }
        return mappings
    }
}
