package import EmbeddingCore
package import Logging
package import SurrealDB
package import Telemetry

/// Copies the repo table of another database, vectors and all, page by page in the order of the ids. How far it has come
/// is noted in the target with each page, so that it goes on there after an interruption. Rows that the target has already
/// stay as they are; those that cannot be read are named in the log and left out. What else embed-star keeps is made again
/// by the migration.
package struct RepoCopy: Sendable {
    package struct Progress: Sendable {
        /// Rows looked at, those of earlier runs included.
        package var copied: Int
        /// Those of them that could not be read.
        package var unreadable: Int
        package var total: Int
    }

    private let source: Database
    private let target: Database
    private let reader: RowReader
    /// Tells this source from others.
    private let name: String

    private static let pageSize = 250

    package init(
        from source: SurrealClient,
        named name: String,
        to target: SurrealClient,
        metrics: MetricsRegistry,
        logger: Logger
    ) {
        self.source = Database(client: source)
        self.target = Database(client: target)
        reader = RowReader(database: self.source, metrics: metrics, logger: logger)
        self.name = name
    }

    /// - Throws: `StoreError`; `.badResponse` when the target has fewer rows than the source in the end.
    package func run(onProgress: (Progress) -> Void) async throws(StoreError) -> Progress {
        try await prepare()
        let row = try await target.value("SELECT * FROM [embed_star:repo_copy]")[0]
        let isResumed = row["source"].string == name
        var cursor = isResumed ? row["last"].recordID : nil
        var progress = Progress(
            copied: isResumed ? row["copied"].count ?? 0 : 0,
            unreadable: isResumed ? row["unreadable"].count ?? 0 : 0,
            total: try await Self.count(source)
        )
        while true {
            onProgress(progress)
            try Self.checkCancellation()
            let page = try await self.page(after: cursor)
            guard let last = page.last?["id"].recordID else { break }
            for batch in page.batches(count: Self.pageSize, size: Self.bytes) {
                let readable = batch.filter { $0[RowReader.mark].bool != true }
                progress.copied += batch.count
                progress.unreadable += batch.count - readable.count
                try await write(readable, upTo: batch.last?["id"] ?? .none, progress)
            }
            cursor = last
        }
        let found = try await Self.count(target)
        let wanted = progress.total - progress.unreadable
        guard found >= wanted else {
            let words = "\(wanted) rows were to be copied and \(found) are there: run it again"
            throw StoreError(.badResponse, words)
        }
        _ = try await target.run("DELETE embed_star:repo_copy RETURN NONE")
        return progress
    }

    private func prepare() async throws(StoreError) {
        if try await SchemaState.read(target) == nil {
            do throws(SurrealError) { try await target.client.defineDatabase() } catch { throw StoreError(error) }
        }
        _ = try await target.run(
            "DEFINE TABLE IF NOT EXISTS embed_star SCHEMALESS; DEFINE TABLE IF NOT EXISTS repo SCHEMALESS;"
        )
    }

    private func page(after cursor: SurrealRecordID?) async throws(StoreError) -> [SurrealValue] {
        try await reader.page("*", of: "repo", after: cursor, limit: Self.pageSize, timeout: .seconds(120))
    }

    private func write(
        _ rows: [SurrealValue],
        upTo last: SurrealValue,
        _ progress: Progress
    ) async throws(StoreError) {
        _ = try await target.run(
            """
            {
              INSERT IGNORE INTO repo $rows RETURN NONE;
              UPSERT embed_star:repo_copy SET source = $source, last = $last, copied = $copied,
                unreadable = $unreadable RETURN NONE;
            }
            """,
            [
                "rows": .array(rows), "source": .string(name), "last": last,
                "copied": SurrealValue(progress.copied), "unreadable": SurrealValue(progress.unreadable),
            ],
            timeout: .seconds(300)
        )
    }

    private static func count(_ database: Database) async throws(StoreError) -> Int {
        try await database.value("SELECT VALUE count FROM (SELECT count() FROM repo GROUP ALL)")[0].count ?? 0
    }

    private static func checkCancellation() throws(StoreError) {
        if Task.isCancelled { throw StoreError(.cancelled, "cancelled while copying repos; run it again to resume") }
    }

    /// About how many bytes a value takes in a request.
    private static func bytes(_ value: SurrealValue) -> Int {
        switch value {
        case .string(let text), .decimal(let text): text.utf8.count + 9
        case .bytes(let bytes): bytes.count + 9
        case .floats(let values): 5 * values.count + 9
        case .array(let values): values.reduce(9) { $0 + bytes($1) }
        case .object(let fields): fields.reduce(9) { $0 + $1.key.utf8.count + 9 + bytes($1.value) }
        case .recordID(let id): id.encoded.count + 16
        case .none, .null, .bool, .int, .float, .datetime, .duration, .uuid: 20
        }
    }
}
