/// What the ranking knows of a candidate for a query; each is a number of the order of 1.
package enum RankingFeature: Int, CaseIterable, Sendable {
    /// 5 ÷ (5 + place) in the list of vectors, of words; 0 for what is not in it.
    case vectorPlace, wordPlace
    /// How far the cosine similarity is below the best, and by how many deviations (a quarter of them) above the mean of the
    /// candidates. A repo without a vector gets the cosine of the last in the list of vectors.
    case cosineGap, cosineScore
    /// The decimal logarithm of the stars, a fifth of it.
    case stars
    /// Whether the name is the query; how near it is with slips of the keyboard; which share of it the query is.
    case wholeName, slippedName, partOfName
    /// Share of the query's words, each weighted by its rarity, in the name, the text, within the name (`sqlite` in
    /// `sqlitebrowser`), and anywhere.
    case wordsInName, wordsInText, wordsInsideName, wordsAnywhere
    /// Share of the name's words, and of the text's, that the query has; and how many words of the name it has not, a
    /// quarter of it.
    case nameCovered, textCovered, nameSurplus
    /// Words that query and candidate share, of all that either has.
    case overlap
    /// Whether it is a list, a course and the like, and the query asks for none.
    case unaskedList
    /// Whether the query names a language, and the repo is in another.
    case languageDiffers
    /// Products with the length of the query.
    case lengthVectorPlace, lengthCosineGap, lengthStars, lengthWordsAnywhere
    /// Products with the share of letters that are not ASCII: models know little but English.
    case foreignVectorPlace, foreignWordsAnywhere
    /// Products with whether the query names what it does not look for (`slack alternative`).
    case comparesWordsInName, comparesWordsInText
    /// Products with the stars.
    case starsWholeName, starsPartOfName, starsWordsAnywhere, starsStars
    /// Near in meaning and in words.
    case cosineScoreWordsAnywhere
    /// Of the query, the same for all candidates: the share of its words that some repo has as they are, its length (in
    /// words, up to 8, an eighth of it), the share of letters that are not ASCII, and whether it compares. They say nothing
    /// about the order, but whether anything fits, and what else counts.
    case known, length, foreign, compares

    package var isOfQuery: Bool { rawValue >= Self.known.rawValue }

    /// Whether it says something where there are no vectors.
    package var isOfText: Bool {
        switch self {
        case .vectorPlace, .cosineGap, .cosineScore, .lengthVectorPlace, .lengthCosineGap,
            .foreignVectorPlace, .cosineScoreWordsAnywhere:
            false
        default: true
        }
    }

    static let products: [(result: Self, left: Self, right: Self)] = [
        (.lengthVectorPlace, .length, .vectorPlace), (.lengthCosineGap, .length, .cosineGap),
        (.lengthStars, .length, .stars), (.lengthWordsAnywhere, .length, .wordsAnywhere),
        (.foreignVectorPlace, .foreign, .vectorPlace), (.foreignWordsAnywhere, .foreign, .wordsAnywhere),
        (.comparesWordsInName, .compares, .wordsInName), (.comparesWordsInText, .compares, .wordsInText),
        (.starsWholeName, .stars, .wholeName), (.starsPartOfName, .stars, .partOfName),
        (.starsWordsAnywhere, .stars, .wordsAnywhere), (.starsStars, .stars, .stars),
        (.cosineScoreWordsAnywhere, .cosineScore, .wordsAnywhere),
    ]

    static let count = allCases.count
}
