import Search

/// What somebody may have meant who mistyped a word.
enum CommandSuggestion {
    /// The word of `known` nearest to `word`; nil when none is near.
    static func nearest(to word: String, among known: [String]) -> String? {
        let near = known.compactMap { candidate in
            // Of the longer one: what was left out is a slip, too.
            let length = max(word.utf8.count, candidate.utf8.count)
            let budget = max(1, EditDistance.budget(forLength: length))
            return EditDistance.between(Array(word.utf8), Array(candidate.utf8), limit: budget).map { ($0, candidate) }
        }
        return near.min { $0 < $1 }?.1
    }
}
