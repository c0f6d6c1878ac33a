import Search

/// What somebody may have meant who mistyped a word.
enum CommandSuggestion {
    /// The word of `known` nearest to `word`; nil when none is near.
    static func nearest(to word: String, among known: [String]) -> String? {
        let budget = max(1, EditDistance.budget(forLength: word.utf8.count))
        let near = known.compactMap { candidate in
            EditDistance.between(Array(word.utf8), Array(candidate.utf8), limit: budget).map { ($0, candidate) }
        }
        return near.min { $0 < $1 }?.1
    }
}
