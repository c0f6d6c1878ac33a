/// Made by scripts/train-ranking from queries with known answers; docs/ranking.md says how well they do.
enum RankingWeights {
    static let hybrid = RankingModel(
        [
            .vectorPlace: 0.631, .wordPlace: 1.499, .namePlace: -0.288, .cosine: 5.919, .cosineGap: 5.306,
            .stars: 10.422, .wholeName: 8.683, .slippedName: 6.498, .partOfName: -5.837, .wordsInOwner: 1.302,
            .wordsInName: -0.029, .wordsInText: -1.066, .wordsAnywhere: 0.131, .allWords: 1.699, .nameCovered: -1.066,
            .textCovered: 4.483, .languageAgrees: 0.687, .languageDiffers: -0.915, .lengthVectorPlace: 1.571,
            .lengthWordPlace: -0.377, .lengthCosineGap: -0.037, .lengthStars: -1.179, .lengthWordsInName: -0.325,
            .lengthWordsAnywhere: 2.018, .foreignVectorPlace: -2.092, .foreignCosineGap: -1.836,
            .foreignWordsAnywhere: 7.179, .foreignStars: 2.053, .starsWholeName: -0.771, .starsPartOfName: 9.180,
            .starsWordsAnywhere: 2.151,
        ],
        slope: 0.697,
        offset: -13.009,
        fit: .init(
            weights: [
                .known: 8.474, .bestCosine: 0.546, .wholeName: 1.015, .slippedName: 5.959,
                .partOfName: 5.305, .textCovered: 10.861,
            ],
            least: 4.3570
        )
    )

    /// Where there are no vectors.
    static let text = RankingModel(
        [
            .wordPlace: 2.363, .namePlace: -0.752, .stars: 9.850, .wholeName: 9.086, .slippedName: 7.520,
            .partOfName: -4.198, .wordsInOwner: 1.384, .wordsInName: -0.905, .wordsInText: -0.147,
            .wordsAnywhere: 0.036, .allWords: 1.614, .nameCovered: -0.564, .textCovered: 3.910,
            .languageAgrees: 0.881, .languageDiffers: -1.173, .lengthWordPlace: -0.271, .lengthStars: -1.396,
            .lengthWordsInName: 0.699, .lengthWordsAnywhere: 6.825, .foreignWordsAnywhere: 2.914,
            .foreignStars: 2.020, .starsWholeName: -0.378, .starsPartOfName: 8.944, .starsWordsAnywhere: 1.912,
        ],
        slope: 0.722,
        offset: -12.356,
        fit: .init(
            weights: [
                .known: 8.498, .wholeName: 1.038, .slippedName: 5.990, .partOfName: 5.325,
                .textCovered: 10.938,
            ],
            least: 4.1597
        )
    )
}
