import EmbeddingCore

/// The topics and words of a repo by which a part of the map can be named.
enum MapTerms {
    private static let most = 16
    private static let longestText = 400

    /// Without repetition. Plurals are folded, in the crude way that suits a count.
    static func terms(of repo: Repo) -> [String] {
        let text = String((repo.description ?? "").unicodeScalars.prefix(longestText))
        let words = text.lowercased().split { !$0.isLetter }
        let candidates = repo.topics.prefix(8).map { $0.lowercased() } + words.map(String.init)
        var terms: [String] = []
        for term in candidates.map(folded) where isTelling(term) && !terms.contains(term) && terms.count < most {
            terms.append(term)
        }
        return terms
    }

    private static func folded(_ word: String) -> String {
        word.count > 4 && word.hasSuffix("s") && !word.hasSuffix("ss") && !word.hasSuffix("us") && !word.hasSuffix("is")
            && !word.hasSuffix("js") ? String(word.dropLast()) : word
    }

    private static func isTelling(_ word: String) -> Bool {
        (3...28).contains(word.unicodeScalars.count) && !empty.contains(word)
    }

    /// Words that fit repositories in general, or nothing.
    private static let empty = Set(
        """
        about all also and any api app application are around based been best between both build building built but can \
        code collection com complete contain create curated data developer development different each easy easily \
        example fast feature file for free friendly from full fully get github good great has have help high how http \
        into its just large library lightweight like list made make making many minimal modern more most multiple new \
        not now official one only open opensource other our out over own package platform popular powerful powered \
        program project provide really repo repository resource run running set simple simply single small software \
        some source such support system than that the their them then these they thing this tool toolkit top through \
        tutorial use used useful user using various very via want was way web what when where which while will with \
        without work working written you your yourself awesome hacktoberfest
        """.split(separator: " ").map(String.init)
    )
}
