/// What a query looks for, word by word.
struct QueryTerms: Sendable {
    /// One word, and what may have been meant by it.
    struct Term: Sendable {
        /// The words of which one must occur, as the index has them.
        var alternatives: [WordHash]
        /// Its letters, where they are enough to be looked for within names.
        var spelling: [UInt8]
        /// How much it says: the rarer the word, the more.
        var weight: Double
    }

    var terms: [Term] = []
    /// What finds every repo with one of the words; empty when there are none.
    var lookups: [WordIndex.Lookup] = []
    /// Letters and digits alone.
    var key = ""
    /// Words, those that say nothing among them; letters count as half a word where there are no spaces.
    var length = 0
    /// Share of letters that are not ASCII, 0…1.
    var foreign = 0.0
    /// Whether it names what it is compared with.
    var compares = false
    /// Whether it asks for a list, a course and the like.
    var asksForList = false
    /// Programming languages named.
    var languages: Set<WordHash> = []
    /// Share of the words that some repo has as they are, 0…1.
    var known = 1.0
}
