/// What the ranking knows of a candidate for a query; each is a number of the order of 1.
package enum RankingFeature: Int, CaseIterable, Sendable {
    /// 5 ÷ (5 + place) in the list of vectors, of words, of names; 0 for what is not in it.
    case vectorPlace, wordPlace, namePlace
    /// Cosine similarity, and how far it is below the best of the list. Of a repo that only words or names brought in
    /// nothing is known but that it is not above the last of the list: it gets the last one's.
    case cosine, cosineGap
    /// The decimal logarithm of the stars, a fifth of it.
    case stars
    /// Whether the name is the query; how near it is with slips of the keyboard; which share of it the query is.
    case wholeName, slippedName, partOfName
    /// Share of the query's words, each weighted by its rarity, in the owner, the name, the text, and anywhere.
    case wordsInOwner, wordsInName, wordsInText, wordsAnywhere
    /// Whether every word of the query occurs.
    case allWords
    /// Share of the name's words, and of the text's, that the query has.
    case nameCovered, textCovered
    /// Whether the query names a language, and the repo is in it, or in another.
    case languageAgrees, languageDiffers
    /// Products with the length of the query (in words, up to 8, an eighth of it).
    case lengthVectorPlace, lengthWordPlace, lengthCosineGap, lengthStars, lengthWordsInName, lengthWordsAnywhere
    /// Products with the share of letters that are not ASCII: models know little but English.
    case foreignVectorPlace, foreignCosineGap, foreignWordsAnywhere, foreignStars
    /// Products with the stars.
    case starsWholeName, starsPartOfName, starsWordsAnywhere
    /// Of the query, the same for all candidates: the share of its words that some repo has as they are, and the greatest
    /// cosine similarity. They say nothing about the order, but whether anything fits.
    case known, bestCosine

    package var isOfQuery: Bool { self == .known || self == .bestCosine }

    /// Whether it says something where there are no vectors.
    package var isOfText: Bool {
        switch self {
        case .vectorPlace, .bestCosine, .cosine, .cosineGap, .lengthVectorPlace, .lengthCosineGap, .foreignVectorPlace,
            .foreignCosineGap:
            false
        default: true
        }
    }

    static let count = allCases.count
}
