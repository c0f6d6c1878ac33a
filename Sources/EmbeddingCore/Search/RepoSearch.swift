/// The search that routes and the command line ask: text or vector in, ranked repos out.
package protocol RepoSearch: Sendable {
    /// - Throws: `SearchError`.
    func search(_ query: SearchQuery) async throws(SearchError) -> SearchAnswer

    /// Repos near the stored vector of `fullName`, itself left out.
    func similar(
        to fullName: String,
        filter: SearchFilter,
        limit: Int,
        cursor: String?
    ) async throws(SearchError) -> SearchAnswer
}

/// How the answer is ranked.
package enum SearchMode: String, Sendable, CaseIterable { case vector, text, hybrid }

/// What is searched for.
package struct SearchQuery: Sendable, Hashable {
    package enum Subject: Sendable, Hashable {
        case text(String)
        /// Repos that fit all of them together.
        case texts([String])
        case embedding([Float])
        /// More like the first repos, less like the second, by their full names.
        case examples(like: [String], unlike: [String])
    }

    package var subject: Subject
    package var mode: SearchMode
    package var filter: SearchFilter
    /// 1…100.
    package var limit: Int
    /// Whether the first hits are read again together with the text, which has to be one, and ordered by that.
    package var reranks = false
    /// Where the answer before ended; nil for the first.
    package var cursor: String?
    /// Whose texts the query is one of.
    package var partition: CachePartition

    package init(
        _ subject: Subject,
        mode: SearchMode,
        filter: SearchFilter = SearchFilter(),
        limit: Int = 10,
        cursor: String? = nil,
        partition: CachePartition = .pipeline
    ) {
        self.subject = subject
        self.mode = mode
        self.filter = filter
        self.limit = limit
        self.cursor = cursor
        self.partition = partition
    }
}

/// A ranked answer.
package struct SearchAnswer: Sendable, Hashable {
    package var hits: [SearchHit]
    /// The mode that was really used.
    package var mode: SearchMode
    package var method: SearchMethod
    /// nil while it is not known; an answer from the text index needs none.
    package var model: EmbeddingModel?
    /// Share of repos embedded with the current model, 0…1.
    package var coverage: Double
    /// Whether nothing fits the query well.
    package var isWeak: Bool
    /// Why the mode is not the one that was asked for, or why repos may be missing.
    package var reason: String?
    /// The model that ordered the first hits; nil when none did.
    package var reranker: String?
    /// Where the next answer begins; nil when there is none.
    package var next: String?

    package init(
        hits: [SearchHit],
        mode: SearchMode,
        method: SearchMethod,
        model: EmbeddingModel?,
        coverage: Double,
        isWeak: Bool = false,
        next: String? = nil
    ) {
        self.hits = hits
        self.mode = mode
        self.method = method
        self.model = model
        self.coverage = coverage
        self.isWeak = isWeak
        self.next = next
    }
}

/// Why a search has no answer.
package enum SearchError: Error, Sendable, Hashable {
    /// The query itself is impossible; the text says why.
    case invalid(String)
    case unknownRepo(String)
    /// The repo exists and has no vector of the current model yet.
    case notEmbedded(String)
    case embedding(EmbeddingError)
    case store(StoreError)
}
