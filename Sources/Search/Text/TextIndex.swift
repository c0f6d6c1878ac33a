import EmbeddingCore

/// All repos in SQLite, in memory, with a full-text index of their words. To be used from one thread at a time.
final class TextIndex {
    private let database: SQLiteDatabase
    private let insertRepo, updateRepo, deleteRepo, findID, findName, selectRepo: SQLiteStatement
    private let insertWords, deleteWords, matchWords, filterRepos, hasWord, selectTerms: SQLiteStatement
    private var names = NameList()
    private var vocabulary = Vocabulary()
    private(set) var count = 0

    init() throws(SQLiteError) {
        database = try SQLiteDatabase()
        try database.execute(Self.schema)
        insertRepo = try database.prepare(
            """
            INSERT INTO repo(id, full_name, owner, description, language, stars, url, topics, private, fame)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) RETURNING number
            """
        )
        updateRepo = try database.prepare(
            """
            UPDATE repo SET full_name = ?2, owner = ?3, description = ?4, language = ?5, stars = ?6, url = ?7,
                topics = ?8, private = ?9, fame = ?10 WHERE id = ?1
            """
        )
        deleteRepo = try database.prepare("DELETE FROM repo WHERE number = ?1")
        findID = try database.prepare("SELECT \(Self.columns) FROM repo AS r WHERE id = ?1")
        findName = try database.prepare(
            "SELECT \(Self.columns) FROM repo AS r WHERE full_name = ?1 COLLATE NOCASE LIMIT 1"
        )
        selectRepo = try database.prepare("SELECT \(Self.columns) FROM repo AS r WHERE number = ?1")
        insertWords = try database.prepare("INSERT INTO word(rowid, name, owner, text) VALUES (?1, ?2, ?3, ?4)")
        deleteWords = try database.prepare(
            "INSERT INTO word(word, rowid, name, owner, text) VALUES ('delete', ?1, ?2, ?3, ?4)"
        )
        matchWords = try database.prepare(
            """
            SELECT \(Self.columns) FROM word JOIN repo AS r ON r.number = word.rowid
            WHERE word MATCH ?8 AND \(Self.passes) ORDER BY bm25(word, 4.0, 2.0, 1.0) * (1 + 0.2 * fame) LIMIT ?7
            """
        )
        filterRepos = try database.prepare("SELECT \(Self.columns) FROM repo AS r WHERE \(Self.passes) LIMIT ?7")
        hasWord = try database.prepare("SELECT 1 FROM word WHERE word MATCH ?1 LIMIT 1")
        selectTerms = try database.prepare("SELECT term, doc FROM term")
    }

    /// `fame` is the decimal logarithm of the stars; `word` keeps no text of its own.
    private static let schema = """
        CREATE TABLE repo(number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, full_name TEXT NOT NULL, owner TEXT NOT NULL,
            description TEXT, language TEXT, stars INTEGER NOT NULL, url TEXT, topics TEXT, private INTEGER NOT NULL,
            fame REAL NOT NULL);
        CREATE INDEX repo_full_name ON repo(full_name COLLATE NOCASE);
        CREATE VIRTUAL TABLE word USING fts5(name, owner, text, content='', tokenize='porter unicode61 remove_diacritics 2');
        CREATE VIRTUAL TABLE term USING fts5vocab(word, 'row');
        """

    /// What `values(of:limit:)` fills in.
    private static let passes = """
        (?1 OR NOT private) AND stars >= ?2 AND (?3 IS NULL OR language = ?3 COLLATE NOCASE)
        AND (?4 IS NULL OR r.owner = ?4 COLLATE NOCASE) AND (?5 IS NULL OR r.owner <> ?5 COLLATE NOCASE)
        AND (?6 IS NULL OR full_name <> ?6 COLLATE NOCASE)
        """

    private static func values(of filter: SearchFilter, limit: Int) -> [SQLiteValue] {
        [
            .integer(filter.includesPrivate ? 1 : 0), .integer(filter.minStars ?? .min), .text(filter.language),
            .text(filter.owner), .text(filter.excludeOwner), .text(filter.excludeName), .integer(limit),
        ]
    }

    private static let columns =
        "number, full_name, r.owner, description, language, stars, url, topics, private"

    /// Runs many changes at once.
    func transaction(_ body: () throws(SQLiteError) -> Void) throws(SQLiteError) {
        try database.execute("BEGIN")
        do throws(SQLiteError) {
            try body()
            try database.execute("COMMIT")
        } catch {
            try database.execute("ROLLBACK")
            throw error
        }
    }

    func removeAll() throws(SQLiteError) {
        try database.execute("INSERT INTO word(word) VALUES ('delete-all'); DELETE FROM repo;")
        names.removeAll()
        vocabulary = Vocabulary()
        count = 0
    }

    /// Adds or replaces a repo. - Returns: its number.
    func upsert(_ id: DocumentID, _ repo: Repo) throws(SQLiteError) -> Int {
        let old = try first(findID, .blob(id.encoded))
        if let old, old.repo == repo { return old.number }
        var number = old?.number ?? 0
        let values: [SQLiteValue] = [
            .blob(id.encoded), .text(repo.fullName), .text(repo.owner), .text(repo.description),
            .text(repo.language), .integer(repo.stars), .text(repo.url), .text(repo.topics.joined(separator: "\n")),
            .integer(repo.isPrivate ? 1 : 0), .real(Fame.of(stars: repo.stars)),
        ]
        if let old {
            try updateRepo.query(values) { _ in }
            if Self.words(of: old.repo) != Self.words(of: repo) { try removeWords(old) }
        } else {
            try insertRepo.query(values) { number = $0.integer(0) }
            count += 1
        }
        if old.map({ Self.words(of: $0.repo) != Self.words(of: repo) }) ?? true {
            let words = Self.words(of: repo)
            try insertWords.run(.integer(number), .text(words[0]), .text(words[1]), .text(words[2]))
            vocabulary.age = vocabulary.age.map { $0 + 1 }
        }
        names.set(number, fullName: repo.fullName, stars: repo.stars)
        return number
    }

    /// - Returns: the number it had.
    func delete(_ id: DocumentID) throws(SQLiteError) -> Int? {
        guard let old = try first(findID, .blob(id.encoded)) else { return nil }
        try removeWords(old)
        try deleteRepo.run(.integer(old.number))
        names.remove(old.number)
        count -= 1
        return old.number
    }

    func repo(_ number: Int) throws(SQLiteError) -> Repo? { try first(selectRepo, .integer(number))?.repo }

    /// Repos that pass the filter, its score aside.
    func repos(_ filter: SearchFilter, limit: Int) throws(SQLiteError) -> [Repo] {
        var repos: [Repo] = []
        try filterRepos.query(Self.values(of: filter, limit: limit)) { repos.append(Self.hit($0).repo) }
        return repos
    }

    func find(_ fullName: String) throws(SQLiteError) -> TextHit? { try first(findName, .text(fullName)) }

    /// Repos whose name or words are those of `query`, slips of the keyboard forgiven.
    func matches(_ query: String, filter: SearchFilter, limit: Int) throws(SQLiteError) -> TextMatches {
        TextMatches(names: try nameMatches(query, filter, limit), words: try wordMatches(query, filter, limit))
    }

    private func nameMatches(_ query: String, _ filter: SearchFilter, _ limit: Int) throws(SQLiteError) -> [TextHit] {
        // A name of more words than this is a sentence.
        guard query.split(separator: " ").count <= 4 else { return [] }
        var hits: [TextHit] = []
        for match in names.matches(query, limit: 1000) where hits.count < limit {
            guard let repo = try repo(match.number), filter.admits(repo) else { continue }
            hits.append(TextHit(number: match.number, repo: repo, similarity: match.similarity))
        }
        return hits
    }

    private func wordMatches(_ query: String, _ filter: SearchFilter, _ limit: Int) throws(SQLiteError) -> [TextHit] {
        let terms = try self.terms(of: query)
        guard !terms.isEmpty else { return [] }
        let values = Self.values(of: filter, limit: limit)
        var hits: [TextHit] = []
        try matchWords.query(values + [.text(terms.map(Self.quoted).joined(separator: " OR "))]) {
            hits.append(Self.hit($0))
        }
        return hits
    }

    /// The words to look for: those of the query that occur, what may have been meant by those that do not, and
    /// neighbours run together (`neo vim`).
    private func terms(of query: String) throws(SQLiteError) -> [String] {
        let words = TextTokens.words(query)
        var terms: [String] = []
        for word in words.prefix(TextTokens.mostWords) {
            let parts = word.split { !$0.isLetter && !$0.isNumber }.map(String.init)
            for part in parts + (parts.count > 1 ? [NameList.key(of: word)] : []) {
                terms += try occurs(part) ? [part] : meant(by: part)
            }
        }
        if words.count <= 4 {
            for pair in zip(words, words.dropFirst()) {
                let joined = NameList.key(of: pair.0 + pair.1)
                if try occurs(joined) { terms.append(joined) }
            }
        }
        terms += (TextTokens.pairs(query.prefix(TextTokens.longestQuery)) + TextTokens.foreignWords(query))
            .prefix(TextTokens.mostWords)
        var seen: Set<String> = []
        return terms.filter { seen.insert($0).inserted }
    }

    private func occurs(_ word: String) throws(SQLiteError) -> Bool {
        var found = false
        try hasWord.query([.text(Self.quoted(word))]) { _ in found = true }
        return found
    }

    private func meant(by word: String) throws(SQLiteError) -> [String] {
        if vocabulary.isStale {
            vocabulary = Vocabulary()
            try selectTerms.query([]) { row in
                if let term = row.text(0) { vocabulary.add(term, repos: row.integer(1)) }
            }
        }
        return vocabulary.corrections(of: word)
    }

    /// A string of FTS5's query language, in which nothing but the quote is special.
    private static func quoted(_ word: String) -> String {
        "\"" + word.filter { $0 != "\"" && $0 != "\0" } + "\""
    }

    private func removeWords(_ old: TextHit) throws(SQLiteError) {
        let words = Self.words(of: old.repo)
        try deleteWords.run(.integer(old.number), .text(words[0]), .text(words[1]), .text(words[2]))
    }

    /// The columns of `word`.
    private static func words(of repo: Repo) -> [String] {
        let name = repo.fullName.split(separator: "/", maxSplits: 1).last.map(String.init) ?? repo.fullName
        let text = [TextTokens.text(repo.description ?? ""), repo.topics.joined(separator: " "), repo.language ?? ""]
        return [TextTokens.name(name), repo.owner, text.joined(separator: " ")]
    }

    private func first(_ statement: SQLiteStatement, _ value: SQLiteValue) throws(SQLiteError) -> TextHit? {
        var found: TextHit?
        try statement.query([value]) { found = Self.hit($0) }
        return found
    }

    private static func hit(_ row: borrowing SQLiteRow) -> TextHit {
        let repo = Repo(
            fullName: row.text(1) ?? "",
            owner: row.text(2),
            description: row.text(3),
            language: row.text(4),
            stars: row.integer(5),
            url: row.text(6),
            topics: row.text(7)?.split(separator: "\n").map(String.init) ?? [],
            isPrivate: row.integer(8) != 0
        )
        return TextHit(number: row.integer(0), repo: repo)
    }
}
