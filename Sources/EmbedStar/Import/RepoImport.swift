import EmbeddingCore
import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Streams files of repos into the store in batches; bad records are counted and reported, not fatal.
struct RepoImport {
    /// What was done so far.
    struct Progress {
        var records = 0
        var counts = UpsertCounts()
        var bad = 0
        /// Share of all files that is read, nil when their size is not known.
        var fraction: Double?
    }

    /// Rows in one upsert.
    private static let batchSize = 500

    let store: any RepoStore
    /// Called for every record that is left out, with the file and the line.
    let onBadRecord: (_ path: String, _ line: Int, _ reason: String) -> Void
    let onProgress: (Progress) -> Void
    private(set) var progress = Progress()
    private var batch: [RepoUpdate] = []

    init(
        store: any RepoStore,
        onBadRecord: @escaping (_ path: String, _ line: Int, _ reason: String) -> Void,
        onProgress: @escaping (Progress) -> Void
    ) {
        self.store = store
        self.onBadRecord = onBadRecord
        self.onProgress = onProgress
    }

    /// Imports the files, one after another.
    /// - Throws: `ImportError` or `StoreError`; what was imported before stays, and importing again goes on from there.
    mutating func run(_ paths: [String]) async throws {
        let sizes = paths.map(Self.size)
        let total = sizes.contains(nil) ? nil : sizes.compactMap(\.self).reduce(0, +)
        var finished = 0
        for (path, size) in zip(paths, sizes) {
            try await run(path, after: finished, of: total)
            finished += size ?? 0
        }
    }

    /// - Parameters:
    ///   - before: bytes of the files before this one.
    ///   - total: bytes of all files, nil when not known.
    private mutating func run(_ path: String, after before: Int, of total: Int?) async throws {
        let file = try InputFile(path: path)
        var splitter = JSONRecordSplitter()
        while true {
            let bytes = try file.read()
            let records = bytes.isEmpty ? [splitter.finish()].compactMap(\.self) : splitter.feed(bytes)
            progress.fraction = total.map { min(1, Double(before + file.position) / Double(max($0, 1))) }
            for record in records { try await add(record, of: path) }
            if bytes.isEmpty { break }
        }
        try await flush()
    }

    private mutating func add(_ record: JSONRecordSplitter.Record, of path: String) async throws {
        progress.records += 1
        do {
            if let fault = record.fault { throw ImportError(path: path, reason: fault) }
            batch.append(try JSONDecoder().decode(RepoDocument.self, from: Data(record.bytes)).update)
        } catch let error as DecodingError {
            reject(record, of: path, error.explanation)
        } catch let error as ImportError {
            reject(record, of: path, error.reason)
        }
        if batch.count >= Self.batchSize { try await flush() }
    }

    private mutating func reject(_ record: JSONRecordSplitter.Record, of path: String, _ reason: String) {
        progress.bad += 1
        onBadRecord(path, record.line, reason)
    }

    private mutating func flush() async throws {
        guard !batch.isEmpty else { return }
        // The last of several records of one repo is the newest.
        var latest: [String: Int] = [:]
        for (index, update) in batch.enumerated() { latest[update.fullName.lowercased()] = index }
        let unique = latest.values.sorted().map { batch[$0] }
        progress.counts += try await store.upsert(unique)
        progress.counts.unchanged += batch.count - unique.count
        batch.removeAll(keepingCapacity: true)
        onProgress(progress)
    }

    private static func size(of path: String) -> Int? {
        guard path != "-" else { return nil }
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }
}
