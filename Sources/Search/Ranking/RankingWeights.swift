/// Made by scripts/train-ranking from queries with known answers; docs/ranking.md says how well they do.
enum RankingWeights {
    static let hybrid = RankingModel(
        [
            .vectorPlace: -0.622, .wordPlace: 0.993, .cosineGap: 6.889, .cosineScore: 2.930, .stars: 5.895,
            .wholeName: 8.696, .slippedName: 4.738, .partOfName: -8.402, .wordsInName: -0.161, .wordsInText: -0.558,
            .wordsInsideName: 0.982, .wordsAnywhere: 1.078, .nameCovered: -1.717, .textCovered: 2.981,
            .nameSurplus: -0.899, .overlap: -1.226, .unaskedList: -1.170, .languageDiffers: -1.277,
            .lengthVectorPlace: 1.362, .lengthCosineGap: 5.093, .lengthStars: -4.362, .lengthWordsAnywhere: 1.651,
            .foreignVectorPlace: -2.836, .foreignWordsAnywhere: 4.680, .comparesWordsInName: -2.808,
            .comparesWordsInText: 2.517, .starsWholeName: -4.832, .starsPartOfName: 12.229,
            .starsWordsAnywhere: 3.545, .starsStars: 4.347, .cosineScoreWordsAnywhere: -2.028,
        ],
        slope: 0.673,
        offset: -8.691,
        fit: .init(
            weights: [
                .known: 10.954, .wholeName: 1.309, .slippedName: 8.567, .partOfName: 9.024,
                .textCovered: 5.674,
            ],
            least: 1.0222
        )
    )

    /// Where there are no vectors.
    static let text = RankingModel(
        [
            .wordPlace: 1.506, .stars: 7.349, .wholeName: 7.493, .slippedName: 4.471, .partOfName: -11.612,
            .wordsInName: -1.356, .wordsInText: 0.515, .wordsInsideName: 2.605, .wordsAnywhere: 0.423,
            .nameCovered: -1.334, .textCovered: 2.111, .nameSurplus: -1.222, .overlap: -0.253, .unaskedList: -1.098,
            .languageDiffers: -1.926, .lengthStars: -4.798, .lengthWordsAnywhere: 5.958, .foreignWordsAnywhere: 0.813,
            .comparesWordsInName: -1.028, .comparesWordsInText: 0.644, .starsWholeName: -3.352,
            .starsPartOfName: 15.377, .starsWordsAnywhere: 3.460, .starsStars: 2.208,
        ],
        slope: 0.646,
        offset: -9.530,
        fit: .init(
            weights: [
                .known: 10.954, .wholeName: 1.309, .slippedName: 8.567, .partOfName: 9.024,
                .textCovered: 5.674,
            ],
            least: 1.0222
        )
    )
}
