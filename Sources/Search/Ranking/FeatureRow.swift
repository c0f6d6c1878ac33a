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
    ///   - vectors: the cosines of the list of vectors; nil where there is none.
    init(_ candidate: RankingCandidate, _ words: WordTable.Entry, _ query: QueryTerms, _ vectors: CosineRange?) {
        self[.stars] = Fame.of(stars: candidate.repo.stars) / 5
        self[.known] = query.known
        self[.bestCosine] = vectors?.best ?? 0
        setPlaces(candidate, vectors)
        setName(candidate)
        setWords(words, query)
        setLanguage(words, query)
        multiply(query)
    }

    private mutating func setPlaces(_ candidate: RankingCandidate, _ vectors: CosineRange?) {
        func share(_ place: Int?) -> Double { place.map { 5 / Double(5 + $0) } ?? 0 }
        self[.vectorPlace] = share(candidate.vectorPlace)
        self[.wordPlace] = share(candidate.wordPlace)
        self[.namePlace] = share(candidate.namePlace)
        guard let vectors else { return }
        self[.cosine] = candidate.similarity ?? vectors.last
        self[.cosineGap] = self[.cosine] - vectors.best
    }

    private mutating func setName(_ candidate: RankingCandidate) {
        switch candidate.likeness {
        case .whole: self[.wholeName] = 1
        case .slip: self[.slippedName] = candidate.nameSimilarity * candidate.nameSimilarity
        case .part: self[.partOfName] = candidate.nameSimilarity
        case nil: break
        }
    }

    private mutating func setWords(_ words: WordTable.Entry, _ query: QueryTerms) {
        var sums = (owner: 0.0, name: 0.0, text: 0.0, any: 0.0, all: 0.0)
        var nameWords = 0
        var textWords = 0
        for term in query.terms {
            let isInName = words.name.contains { term.alternatives.contains($0) }
            let isInOwner = words.owner.contains { term.alternatives.contains($0) }
            let isInText = words.text.contains { term.alternatives.contains($0) }
            sums.all += term.weight
            if isInName { (sums.name, nameWords) = (sums.name + term.weight, nameWords + 1) }
            if isInOwner { sums.owner += term.weight }
            if isInText { (sums.text, textWords) = (sums.text + term.weight, textWords + 1) }
            if isInName || isInOwner || isInText { sums.any += term.weight }
        }
        guard sums.all > 0 else { return }
        self[.wordsInOwner] = sums.owner / sums.all
        self[.wordsInName] = sums.name / sums.all
        self[.wordsInText] = sums.text / sums.all
        self[.wordsAnywhere] = sums.any / sums.all
        self[.allWords] = sums.any == sums.all ? 1 : 0
        self[.nameCovered] = words.name.isEmpty ? 0 : min(1, Double(nameWords) / Double(words.name.count))
        self[.textCovered] = words.text.isEmpty ? 0 : min(1, Double(textWords) / Double(words.text.count))
    }

    private mutating func setLanguage(_ words: WordTable.Entry, _ query: QueryTerms) {
        guard !query.languages.isEmpty else { return }
        let agrees = words.language.map { query.languages.contains($0) } ?? false
        self[agrees ? .languageAgrees : .languageDiffers] = 1
    }

    private mutating func multiply(_ query: QueryTerms) {
        let length = Double(min(query.length, 8)) / 8
        self[.lengthVectorPlace] = length * self[.vectorPlace]
        self[.lengthWordPlace] = length * self[.wordPlace]
        self[.lengthCosineGap] = length * self[.cosineGap]
        self[.lengthStars] = length * self[.stars]
        self[.lengthWordsInName] = length * self[.wordsInName]
        self[.lengthWordsAnywhere] = length * self[.wordsAnywhere]
        self[.foreignVectorPlace] = query.foreign * self[.vectorPlace]
        self[.foreignCosineGap] = query.foreign * self[.cosineGap]
        self[.foreignWordsAnywhere] = query.foreign * self[.wordsAnywhere]
        self[.foreignStars] = query.foreign * self[.stars]
        self[.starsWholeName] = self[.stars] * self[.wholeName]
        self[.starsPartOfName] = self[.stars] * self[.partOfName]
        self[.starsWordsAnywhere] = self[.stars] * self[.wordsAnywhere]
    }
}

/// The cosines of the list of vectors.
struct CosineRange {
    let best: Double
    let last: Double

    /// Nil for a list that is empty.
    init?(_ hits: [SearchHit]) {
        let cosines = hits.compactMap(\.similarity)
        guard let best = cosines.max(), let last = cosines.min() else { return nil }
        (self.best, self.last) = (best, last)
    }
}
