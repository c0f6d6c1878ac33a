extension Tokenizer {
    /// The tokens of the whole text, with their places.
    /// - Parameter special: whether the special tokens stand around them.
    func located(_ text: String, special: Bool) -> [LocatedToken] {
        let scalars = Array(text.unicodeScalars)
        var tokens: [LocatedToken] = []
        if special { tokens += template.before.map(named) }
        var start = 0
        var isBeginning = true
        added.forEachSegment(of: text) { segment in
            switch segment {
            case .token(let id, let part):
                tokens.append(token(id, start..<start + part.count, scalars))
                start += part.count
            case .text(let part):
                var ids: [Int32] = []
                model.append(part, isBeginning: isBeginning, until: .max, to: &ids)
                var aligner = TokenAligner(model.aligned(part))
                for (index, id) in ids.enumerated() {
                    let range = range(of: id, before: ids[(index + 1)...].first, &aligner)
                    tokens.append(token(id, start + range.lowerBound..<start + range.upperBound, scalars))
                }
                start += part.count
            }
            isBeginning = false
            return true
        }
        if special { tokens += template.after.map(named) }
        return tokens
    }

    private func range(of id: Int32, before next: Int32?, _ aligner: inout TokenAligner) -> Range<Int> {
        if let spelling = spelling(of: id) { return aligner.range(ofKnown: spelling) }
        return aligner.range(ofUnknown: model.unknownIsWord ? nil : next.flatMap(spelling))
    }

    /// Nil when the token is the unknown one.
    private func spelling(of id: Int32) -> ArraySlice<UInt8>? {
        id == model.unknown ? nil : pieces[Int(id)].map(model.spelling)
    }

    private func named(_ id: Int32) -> LocatedToken {
        LocatedToken(id: id, text: String(decoding: pieces[Int(id)] ?? [], as: UTF8.self), range: nil)
    }

    private func token(_ id: Int32, _ range: Range<Int>, _ scalars: [Unicode.Scalar]) -> LocatedToken {
        var (start, end) = (min(range.lowerBound, scalars.count), min(range.upperBound, scalars.count))
        if trimsSpaces {
            while start < end, scalars[start] == " " { start += 1 }
            while start < end, scalars[end - 1] == " " { end -= 1 }
        }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[start..<end])
        return LocatedToken(id: id, text: String(text), range: start..<end)
    }
}
