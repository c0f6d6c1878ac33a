import EmbeddingCore

/// The features of one candidate.
struct FeatureRow {
    private(set) var values = [Double](repeating: 0, count: RankingFeature.count)

    subscript(feature: RankingFeature) -> Double {
        get { values[feature.rawValue] }
        set { values[feature.rawValue] = newValue }
    }

    /// - Parameters:
    ///   - words: of the candidate.
    ///   - name: its letters and digits.
    ///   - cosines: of all candidates; nil where there are none.
    init(
        _ candidate: RankingCandidate,
        _ words: WordTable.Entry,
        name: ArraySlice<UInt8>,
        _ query: QueryTerms,
        _ cosines: CosineRange?
    ) {
        self[.stars] = Popularity.of(stars: candidate.repo.stars) / 5
        self[.known] = query.known
        self[.length] = Double(min(query.length, 8)) / 8
        self[.foreign] = query.foreign
        self[.compares] = query.compares ? 1 : 0
        setPlaces(candidate, cosines)
        setName(candidate)
        setWords(words, name, query)
        setLanguage(words, query)
        multiply()
    }

    private mutating func setPlaces(_ candidate: RankingCandidate, _ cosines: CosineRange?) {
        func share(_ place: Int?) -> Double { place.map { 5 / Double(5 + $0) } ?? 0 }
        self[.vectorPlace] = share(candidate.vectorPlace)
        self[.wordPlace] = share(candidate.wordPlace)
        guard let cosines else { return }
        let cosine = candidate.similarity ?? cosines.last
        self[.cosineGap] = cosine - cosines.best
        self[.cosineScore] = (cosine - cosines.mean) / max(cosines.deviation, 0.01) / 4
    }

    private mutating func setName(_ candidate: RankingCandidate) {
        switch candidate.likeness {
        case .whole: self[.wholeName] = 1
        case .slip: self[.slippedName] = candidate.nameSimilarity * candidate.nameSimilarity
        case .part: self[.partOfName] = candidate.nameSimilarity
        case nil: break
        }
    }

    private mutating func setWords(_ words: WordTable.Entry, _ name: ArraySlice<UInt8>, _ query: QueryTerms) {
        var sums = (name: 0.0, text: 0.0, inside: 0.0, any: 0.0, all: 0.0)
        var (nameWords, textWords, shared) = (0, 0, 0)
        for term in query.terms {
            let isInName = words.name.contains { term.alternatives.contains($0) }
            let isInOwner = words.owner.contains { term.alternatives.contains($0) }
            let isInText = words.text.contains { term.alternatives.contains($0) }
            sums.all += term.weight
            if isInName { (sums.name, nameWords) = (sums.name + term.weight, nameWords + 1) }
            if isInText { (sums.text, textWords) = (sums.text + term.weight, textWords + 1) }
            if isInName || name.holds(term.spelling) { sums.inside += term.weight }
            if isInName || isInOwner || isInText { sums.any += term.weight }
            if isInName || isInText { shared += 1 }
        }
        self[.unaskedList] = words.isList && !query.asksForList ? 1 : 0
        guard sums.all > 0 else { return }
        self[.wordsInName] = sums.name / sums.all
        self[.wordsInText] = sums.text / sums.all
        self[.wordsInsideName] = sums.inside / sums.all
        self[.wordsAnywhere] = sums.any / sums.all
        self[.nameSurplus] = Double(max(0, words.name.count - nameWords)) / 4
        let all = words.name.count + words.text.count + query.terms.count - shared
        self[.overlap] = Double(shared) / Double(max(1, all))
        self[.nameCovered] = words.name.isEmpty ? 0 : min(1, Double(nameWords) / Double(words.name.count))
        self[.textCovered] = words.text.isEmpty ? 0 : min(1, Double(textWords) / Double(words.text.count))
    }

    private mutating func setLanguage(_ words: WordTable.Entry, _ query: QueryTerms) {
        guard !query.languages.isEmpty else { return }
        self[.languageDiffers] = words.language.map { query.languages.contains($0) } ?? false ? 0 : 1
    }

    private mutating func multiply() {
        for product in RankingFeature.products { self[product.result] = self[product.left] * self[product.right] }
    }
}

/// The cosines of the candidates.
struct CosineRange {
    let best, last, mean, deviation: Double

    /// Nil where none is known.
    init?(_ candidates: [RankingCandidate]) {
        let near = candidates.filter { $0.vectorPlace != nil }.compactMap(\.similarity)
        let all = candidates.compactMap(\.similarity)
        guard let best = near.max(), let last = near.min() else { return nil }
        let mean = all.reduce(0, +) / Double(all.count)
        (self.best, self.last, self.mean) = (best, last, mean)
        deviation = (all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(all.count)).squareRoot()
    }
}

extension ArraySlice<UInt8> {
    /// Whether `part` is somewhere in it; an empty one is nowhere.
    fileprivate func holds(_ part: [UInt8]) -> Bool {
        guard let first = part.first, part.count <= count else { return false }
        return indices.dropLast(part.count - 1).contains { start in
            self[start] == first && self[start..<start + part.count].elementsEqual(part)
        }
    }
}
