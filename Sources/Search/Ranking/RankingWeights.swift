/// Made by scripts/train-ranking from queries with known answers; docs/ranking.md says how well they do.
enum RankingWeights {
    static let hybrid = RankingModel(
        [
            .vectorPlace: -0.500, .wordPlace: 1.081, .cosineGap: 7.296, .cosineScore: 2.879, .stars: 5.865,
            .wholeName: 8.951, .slippedName: 4.830, .partOfName: -8.956, .wordsInName: -0.158, .wordsInText: -0.517,
            .wordsInsideName: 0.977, .wordsAnywhere: 1.090, .nameCovered: -1.746, .textCovered: 2.913,
            .nameSurplus: -0.912, .overlap: -1.145, .unaskedList: -1.138, .languageDiffers: -1.293,
            .lengthVectorPlace: 1.364, .lengthCosineGap: 4.784, .lengthStars: -4.393, .lengthWordsAnywhere: 1.827,
            .foreignVectorPlace: -2.791, .foreignWordsAnywhere: 4.655, .comparesWordsInName: -2.966,
            .comparesWordsInText: 2.313, .starsWholeName: -5.107, .starsPartOfName: 12.850,
            .starsWordsAnywhere: 3.514, .starsStars: 4.410, .cosineScoreWordsAnywhere: -2.240,
        ],
        slope: 0.690,
        offset: -8.938,
        fit: .init(
            weights: [
                .known: 10.937, .wholeName: 1.314, .slippedName: 8.565, .partOfName: 9.023,
                .textCovered: 5.682,
            ],
            least: 1.0324
        )
    )

    /// Where there are no vectors.
    static let text = RankingModel(
        [
            .wordPlace: 1.736, .stars: 7.450, .wholeName: 7.660, .slippedName: 4.577, .partOfName: -12.176,
            .wordsInName: -1.440, .wordsInText: 0.511, .wordsInsideName: 2.658, .wordsAnywhere: 0.309,
            .nameCovered: -1.331, .textCovered: 2.105, .nameSurplus: -1.222, .overlap: -0.234, .unaskedList: -1.073,
            .languageDiffers: -1.942, .lengthStars: -4.720, .lengthWordsAnywhere: 6.224, .foreignWordsAnywhere: 0.755,
            .comparesWordsInName: -1.131, .comparesWordsInText: 0.543, .starsWholeName: -3.573,
            .starsPartOfName: 15.976, .starsWordsAnywhere: 3.475, .starsStars: 2.123,
        ],
        slope: 0.670,
        offset: -9.951,
        fit: .init(
            weights: [
                .known: 10.937, .wholeName: 1.314, .slippedName: 8.565, .partOfName: 9.023,
                .textCovered: 5.682,
            ],
            least: 1.0324
        )
    )
}
