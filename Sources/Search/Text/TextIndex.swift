import DateTime
import EmbeddingCore

/// All repos in SQLite, in memory, with an index of their words. To be used from one thread at a time.
final class TextIndex {
    private let database: SQLiteDatabase
    private let insertRepo, updateRepo, deleteRepo, findID, findName, findNumber, selectRepo: SQLiteStatement
    private var names = NameList()
    private var words = WordTable()
    private var vocabulary = Vocabulary()
    /// By the number of the repo.
    private var standings: [Standing] = []
    private(set) var count = 0

    /// What every match of words asks of a repo.
    private struct Standing {
        var popularity: Double
        var isPrivate: Bool
    }

    init() throws(SQLiteError) {
        database = try SQLiteDatabase()
        try database.execute(Self.schema)
        insertRepo = try database.prepare(
            """
            INSERT INTO repo(id, full_name, owner, description, language, stars, url, topics, updated,
                flag_isPrivate, flag_isArchived, flag_isFork, filter_language, filter_owner, filter_fullName, filter_topics)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16) RETURNING number
            """
        )
        updateRepo = try database.prepare(
            """
            UPDATE repo SET full_name = ?2, owner = ?3, description = ?4, language = ?5, stars = ?6, url = ?7,
                topics = ?8, updated = ?9, flag_isPrivate = ?10, flag_isArchived = ?11, flag_isFork = ?12,
                filter_language = ?13, filter_owner = ?14, filter_fullName = ?15, filter_topics = ?16 WHERE id = ?1
            """
        )
        deleteRepo = try database.prepare("DELETE FROM repo WHERE number = ?1")
        findID = try database.prepare("SELECT \(Self.columns) FROM repo AS r WHERE id = ?1")
        findName = try database.prepare(
            "SELECT \(Self.columns) FROM repo AS r WHERE full_name = ?1 COLLATE NOCASE LIMIT 1"
        )
        findNumber = try database.prepare("SELECT number FROM repo WHERE id = ?1")
        selectRepo = try database.prepare("SELECT \(Self.columns) FROM repo AS r WHERE number = ?1")
    }

    /// `filter_…` is what filters compare.
    private static let schema = """
        CREATE TABLE repo(number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, full_name TEXT NOT NULL, owner TEXT NOT NULL,
            description TEXT, language TEXT, stars INTEGER NOT NULL, url TEXT, topics TEXT, updated TEXT,
            flag_isPrivate INTEGER NOT NULL, flag_isArchived INTEGER NOT NULL,
            flag_isFork INTEGER NOT NULL, filter_language TEXT, filter_owner TEXT, filter_fullName TEXT, filter_topics TEXT);
        CREATE INDEX repo_full_name ON repo(full_name COLLATE NOCASE);
        """

    private static let columns =
        "number, full_name, r.owner, description, language, stars, url, topics, updated, "
        + FilterCondition.Flag.allCases.map { "flag_\($0.rawValue)" }.joined(separator: ", ") + ", id"

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
        try database.execute("DELETE FROM repo;")
        names.removeAll()
        words = WordTable()
        vocabulary = Vocabulary()
        standings = []
        count = 0
    }

    /// Adds or replaces a repo. - Returns: its number.
    func upsert(_ id: DocumentID, _ repo: Repo) throws(SQLiteError) -> Int {
        let old = try first(findID, .blob(id.encoded))
        if let old, old.repo == repo { return old.number }
        var number = old?.number ?? 0
        let values: [SQLiteValue] =
            [
                .blob(id.encoded), .text(repo.fullName), .text(repo.owner), .text(repo.description),
                .text(repo.language), .integer(repo.stars), .text(repo.url), .text(repo.topics.joined(separator: "\n")),
                .text(repo.updatedAt.map { FilterSQL.column($0) }),
            ] + FilterCondition.Flag.allCases.map { .integer(repo.flag($0) ? 1 : 0) }
            + FilterCondition.Field.allCases.map { .text(FilterSQL.column(repo.values(of: $0))) }
        if old != nil {
            try updateRepo.query(values) { _ in }
        } else {
            try insertRepo.query(values) { number = $0.integer(0) }
            count += 1
        }
        vocabulary.age = vocabulary.age.map { $0 + 1 }
        let new = RepoWords(repo)
        if old.map({ RepoWords($0.repo) }) != new { words.set(number, new) }
        while standings.count <= number { standings.append(Standing(popularity: 0, isPrivate: true)) }
        standings[number] = Standing(popularity: Popularity.of(stars: repo.stars), isPrivate: repo.isPrivate)
        names.set(number, fullName: repo.fullName, stars: repo.stars)
        return number
    }

    /// - Returns: the number it had.
    func delete(_ id: DocumentID) throws(SQLiteError) -> Int? {
        guard let old = try first(findID, .blob(id.encoded)) else { return nil }
        words.remove(old.number)
        try deleteRepo.run(.integer(old.number))
        names.remove(old.number)
        count -= 1
        return old.number
    }

    func repo(_ number: Int) throws(SQLiteError) -> Repo? { try first(selectRepo, .integer(number))?.repo }

    /// Repos that pass the filter, its score aside.
    func repos(_ filter: SearchFilter, limit: Int) throws(SQLiteError) -> [TextHit] {
        let test = FilterSQL(filter)
        let statement = try database.prepared("SELECT \(Self.columns) FROM repo AS r WHERE \(test.condition) LIMIT ?")
        var repos: [TextHit] = []
        try statement.query(test.values + [.integer(limit)]) { repos.append(Self.hit($0)) }
        return repos
    }

    func number(of id: DocumentID) throws(SQLiteError) -> Int? {
        var number: Int?
        try findNumber.query([.blob(id.encoded)]) { number = $0.integer(0) }
        return number
    }

    func find(_ fullName: String) throws(SQLiteError) -> TextHit? { try first(findName, .text(fullName)) }

    /// Repos whose name or words are those of `query`, slips of the keyboard forgiven.
    func matches(_ query: String, filter: SearchFilter, limit: Int) throws(SQLiteError) -> TextMatches {
        var reader = QueryReader(words) { [self] in meant(by: $0) }
        let terms = reader.read(query)
        return TextMatches(
            terms: terms,
            names: try nameMatches(terms, filter, limit),
            words: try wordMatches(terms, filter, limit)
        )
    }

    private func nameMatches(_ terms: QueryTerms, _ filter: SearchFilter, _ limit: Int) throws(SQLiteError) -> [TextHit]
    {
        // A name of more words than this is a sentence.
        guard terms.length <= 4 else { return [] }
        var hits: [TextHit] = []
        for match in names.matches(terms.key, limit: 1000) where hits.count < limit {
            guard var hit = try first(selectRepo, .integer(match.number)), filter.admits(hit.repo) else { continue }
            hit.likeness = match.likeness
            hit.similarity = match.similarity
            hits.append(hit)
        }
        return hits
    }

    private func wordMatches(_ terms: QueryTerms, _ filter: SearchFilter, _ limit: Int) throws(SQLiteError) -> [TextHit]
    {
        guard !terms.lookups.isEmpty else { return [] }
        let relevances = words.index.relevances(of: terms.lookups)
        let found = relevances.indices.filter {
            relevances[$0] > 0 && (filter.includesPrivate || !standings[$0].isPrivate)
        }
        var best = TopK<WordMatch>(capacity: limit)
        for number in try admitted(found, by: filter) {
            let (relevance, standing) = (relevances[number], standings[number])
            best.offer(WordMatch(relevance: relevance * (1 + 0.2 * standing.popularity), number: number))
        }
        var hits: [TextHit] = []
        for match in best.sorted {
            if let hit = try first(selectRepo, .integer(match.number)) { hits.append(hit) }
        }
        return hits
    }

    /// Those of the repos that pass the filter; `numbers` are of repos that may be seen.
    private func admitted(_ numbers: [Int], by filter: SearchFilter) throws(SQLiteError) -> [Int] {
        guard !filter.narrowing.isEmpty || !filter.excludeNames.isEmpty else { return numbers }
        let test = FilterSQL(filter)
        let list = "[\(numbers.map(String.init).joined(separator: ","))]"
        var admitted: [Int] = []
        try database.prepared(
            "SELECT number FROM repo AS r WHERE \(test.condition) AND number IN (SELECT value FROM json_each(?))"
        ).query(test.values + [.text(list)]) { admitted.append($0.integer(0)) }
        return admitted
    }

    /// What the ranking asks of a repo; nil when it is not known here.
    func words(ofRepo number: Int) -> WordTable.Entry? { words[number] }

    /// The letters and digits of its name; nil when it is not known here.
    func nameKey(ofRepo number: Int) -> ArraySlice<UInt8>? { names.key(of: number) }

    func number(of fullName: String) -> Int? { names.number(of: fullName) }

    private func meant(by word: String) -> [String] {
        if vocabulary.isStale {
            vocabulary = Vocabulary()
            words.index.forEachWord { vocabulary.add($0, repos: $1) }
        }
        return vocabulary.corrections(of: word)
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
            isPrivate: row.integer(9) != 0,
            isArchived: row.integer(10) != 0,
            isFork: row.integer(11) != 0,
            updatedAt: row.text(8).flatMap { Timestamp($0) }
        )
        return TextHit(number: row.integer(0), id: DocumentID(encoded: row.blob(12)), repo: repo)
    }
}

/// A repo with words of a query; the greater, the more it is about them.
private struct WordMatch: Comparable {
    let relevance: Double
    let number: Int

    static func < (left: Self, right: Self) -> Bool {
        (left.relevance, right.number) < (right.relevance, left.number)
    }
}
