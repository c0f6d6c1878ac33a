import EmbeddingCore
import Ingest

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Streams files of repos into the store; bad records are counted and reported, not fatal.
struct RepoImport {
    /// What was done so far.
    struct Progress {
        var counts = UpsertCounts()
        var accepted = 0
        var bad = 0
        /// Share of all files that is read, nil when their size is not known.
        var fraction: Double?

        var records: Int { accepted + bad }
    }

    let store: any RepoStore
    /// Called for records that are left out, with the file, the line and why; for the first of each file.
    let onBadRecord: (_ path: String, _ line: Int, _ reason: String) -> Void
    let onProgress: (Progress) -> Void
    private(set) var progress = Progress()

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
    /// - Throws: `FileError` or `StoreError`; what was imported before stays, and importing again continues from there.
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
        let earlier = progress
        var intake = RepoIntake(store: store, takesVectors: true)
        var reported = 0
        var isAtEnd = false
        while !isAtEnd {
            let bytes = try file.read()
            isAtEnd = bytes.isEmpty
            let hasWritten = try await isAtEnd ? intake.finish() : intake.feed(bytes)
            progress.fraction = total.map { min(1, Double(before + file.position) / Double(max($0, 1))) }
            note(intake, since: earlier)
            // A file without any repo is one fault, not one a line.
            if intake.accepted > 0 { report(intake, from: &reported, of: path) }
            if hasWritten { onProgress(progress) }
        }
        try conclude(intake, path)
    }

    private mutating func note(_ intake: RepoIntake, since earlier: Progress) {
        progress.counts = earlier.counts
        progress.counts += intake.counts
        progress.accepted = earlier.accepted + intake.accepted
        progress.bad = earlier.bad + intake.rejected
    }

    private func report(_ intake: RepoIntake, from reported: inout Int, of path: String) {
        // What is torn at the end is the error that ends the import.
        for report in intake.reports.dropFirst(reported).dropLast(intake.isTorn ? 1 : 0) {
            onBadRecord(path, report.line, report.fault.reason)
        }
        reported = intake.reports.count
    }

    private func conclude(_ intake: RepoIntake, _ path: String) throws(FileError) {
        if intake.accepted == 0, let first = intake.reports.first {
            throw FileError(path: path, reason: "holds no repo: line \(first.line): \(first.fault.reason)")
        }
        if intake.isTorn { throw FileError(path: path, reason: "ends too early; what came before is imported") }
    }

    private static func size(of path: String) -> Int? {
        guard path != "-" else { return nil }
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }
}
