import EmbeddingCore
import SurrealDB

/// Listings, in order of the rows' ids.
extension SurrealRepoStore {
    /// Rows that the engine looks at in one request where not all of them may pass.
    private static let window = 1000
    /// After this, what was found is given; reading continues with the next page.
    private static let patience = Duration.seconds(5)

    func page(of listing: RepoListing, after cursor: String?, limit: Int) async throws(StoreError) -> RepoPage {
        var listing = listing
        listing.filter.includesPrivate = listing.filter.includesPrivate && includesPrivate
        let question = "repos \(listing.filter.conditions) \(listing.isEmbedded?.description ?? "")"
        let windows = RepoWindows(reader: reader, listing: listing, visible: isVisible)
        var place = try cursor.map { text throws(StoreError) in try Self.record(text, of: question) }
        var seen: SurrealRecordID?
        var rows: [SurrealValue] = []
        let deadline = ContinuousClock.now + Self.patience
        while rows.count <= limit {
            let wanted = limit + 1 - rows.count
            let size = windows.takesAll ? wanted : max(wanted, Self.window)
            let window = try await windows.read(after: place, size: size, limit: wanted)
            rows += window.rows
            seen = window.lastVisible ?? seen
            place = window.last
            if place == nil || (seen != nil && rows.count <= limit && ContinuousClock.now > deadline) { break }
        }
        let page = rows.prefix(limit)
        // A cursor names no row that the caller may not see.
        let last = rows.count > limit ? page.last?["id"].recordID : place == nil ? nil : seen
        return RepoPage(
            repos: page.compactMap(StoredRepoRow.repo),
            next: last.map { PageCursor.text($0.encoded, of: question) }
        )
    }

    private static func record(_ cursor: String, of question: String) throws(StoreError) -> SurrealRecordID {
        guard let place = PageCursor.place(cursor, of: question), let record = try? SurrealRecordID(encoded: place),
            record.table == "repo"
        else {
            throw StoreError(.invalidArgument, "this cursor does not belong to this listing")
        }
        return record
    }
}

/// Reads a listing window by window, each a range of record ids, so that no request reads more of the table than it is
/// told to.
private struct RepoWindows {
    struct Window {
        /// The rows that pass.
        var rows: [SurrealValue]
        /// The last row that was looked at; nil at the end of the table.
        var last: SurrealRecordID?
        var lastVisible: SurrealRecordID?
    }

    private let reader: RowReader
    private let conditions: String
    private let variables: [String: SurrealValue]
    private let visible: String
    /// Whether every row passes.
    let takesAll: Bool

    init(reader: RowReader, listing: RepoListing, visible: String) {
        let filter = FilterSurrealQL(listing.filter.conditions)
        let state = listing.isEmbedded.map { ["embedding_fingerprint \($0 ? "!=" : "=") NONE"] } ?? []
        self.reader = reader
        conditions = (filter.tests + state + ["true"]).joined(separator: " AND ")
        variables = filter.variables
        takesAll = filter.tests.isEmpty && state.isEmpty
        self.visible = visible
    }

    func read(after place: SurrealRecordID?, size: Int, limit: Int) async throws(StoreError) -> Window {
        var variables = variables
        variables["limit"] = SurrealValue(size)
        variables["wanted"] = SurrealValue(limit)
        if let place { variables["after"] = place.key }
        let (answer, rows) = try await reader.answer(
            "*, \(StoredRepoRow.job)",
            ofRow: StoredRepoRow.fields,
            orElse: StoredRepoRow.essentials,
            variables,
            timeout: .seconds(30),
            rows: { $0["rows"] }
        ) { fields in window(after: place != nil, fields) }
        return Window(rows: rows, last: answer["last"].recordID, lastVisible: answer["visible"].recordID)
    }

    private func window(after place: Bool, _ fields: String) -> String {
        """
        {
          LET $window = (SELECT \(StoredRepoRow.own)
            FROM \(Paging.page(of: "repo", after: place)));
          RETURN {
            last: IF array::len($window) < $limit { NONE } ELSE { array::last($window).id },
            visible: array::last((SELECT VALUE id FROM $window WHERE \(visible))),
            rows: (SELECT \(fields) FROM (SELECT * FROM $window WHERE \(conditions) LIMIT $wanted))
          };
        }
        """
    }
}
