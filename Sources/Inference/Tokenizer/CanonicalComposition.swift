/// Unicode normalization form C, by the Unicode version of Hugging Face's `tokenizers` (Unicode Standard, section 3.11).
struct CanonicalComposition: Sendable {
    private let table: ScalarTable
    private let compositions: [UInt64: UInt32]

    init() {
        table = ScalarTable(decomposes: true, lowercases: false)
        var compositions: [UInt64: UInt32] = [:]
        for index in stride(from: 0, to: WordTables.compositions.count, by: 3) {
            let triple = WordTables.compositions[index..<index + 3]
            compositions[UInt64(triple[index]) << 32 | UInt64(triple[index + 1])] = triple[index + 2]
        }
        self.compositions = compositions
    }

    func compose(_ text: Substring.UnicodeScalarView) -> String {
        // Nothing below U+0300 composes or decomposes.
        guard text.contains(where: { $0.value >= 0x300 }) else { return String(Substring(text)) }
        var scalars = decomposed(text)
        order(&scalars)
        return string(composed(scalars))
    }

    /// As `compose`. A composed scalar comes from where the first of its parts stands.
    func compose(_ text: Substring.UnicodeScalarView, into aligned: inout AlignedText) {
        var sources: [Int] = []
        text.forEachSlice { place, slice in
            sources += repeatElement(place, count: decomposed(slice).count)
        }
        var part = 0
        Substring(compose(text)).unicodeScalars.forEachSlice { _, slice in
            aligned.append(slice[slice.startIndex], from: sources[min(part, sources.count - 1)])
            part += decomposed(slice).count
        }
    }

    private func decomposed(_ text: Substring.UnicodeScalarView) -> [UInt32] {
        var scalars: [UInt32] = []
        for scalar in text {
            let properties = table.properties(of: scalar.value)
            if let hangul = ScalarTable.decomposeHangul(scalar.value) {
                scalars.append(hangul.lead)
                scalars.append(hangul.vowel)
                if let tail = hangul.tail { scalars.append(tail) }
            } else if properties.replacement != 0 {
                scalars.append(contentsOf: table.replacement(properties))
            } else {
                scalars.append(scalar.value)
            }
        }
        return scalars
    }

    private func order(_ scalars: inout [UInt32]) { table.order(&scalars) }

    private func composed(_ scalars: [UInt32]) -> [UInt32] {
        var result: [UInt32] = []
        result.reserveCapacity(scalars.count)
        var starter: Int?
        var lastClass: UInt32 = 0
        for scalar in scalars {
            let combiningClass = table.properties(of: scalar).combiningClass
            if let place = starter, place == result.count - 1 || (lastClass != 0 && lastClass < combiningClass),
                let composite = composite(result[place], scalar)
            {
                result[place] = composite
                continue
            }
            if combiningClass == 0 { starter = result.count }
            lastClass = combiningClass
            result.append(scalar)
        }
        return result
    }

    private func composite(_ first: UInt32, _ second: UInt32) -> UInt32? {
        if (0x1100...0x1112).contains(first), (0x1161...0x1175).contains(second) {
            return 0xAC00 + ((first - 0x1100) * 21 + second - 0x1161) * 28
        }
        if (0xAC00...0xD7A3).contains(first), (first - 0xAC00) % 28 == 0, (0x11A8...0x11C2).contains(second) {
            return first + second - 0x11A7
        }
        return compositions[UInt64(first) << 32 | UInt64(second)]
    }

    private func string(_ scalars: [UInt32]) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars.lazy.compactMap(Unicode.Scalar.init))
        return String(view)
    }
}
