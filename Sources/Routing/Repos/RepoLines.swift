import EmbeddingCore
import HTTP
import JSON

/// `POST /repos` as NDJSON: any number of repos, written in portions as they arrive. A bad line is reported and does
/// not stop the others.
struct RepoLines: Sendable {
    private static let portion = 500
    private static let maximumReports = 100

    let store: any RepoStore
    let pipeline: any PipelineControl

    /// What became of the lines so far.
    private struct Progress {
        var counts = UpsertCounts()
        var accepted = 0
        var rejected = 0
        var reports: [(line: Int, detail: String)] = []

        mutating func reject(_ line: Int, _ detail: String) {
            rejected += 1
            if reports.count < RepoLines.maximumReports { reports.append((line, detail)) }
        }
    }

    /// - Throws: `APIError` 400 when no line is a repo; `StoreError`; what the stream throws.
    func upsert(_ stream: HTTPBodyStream) async throws -> HTTPResponse {
        var splitter = LineSplitter()
        var progress = Progress()
        var updates: [RepoUpdate] = []
        for try await piece in stream {
            for line in splitter.append(piece) {
                read(line, into: &updates, &progress)
                if updates.count == Self.portion { try await write(&updates, &progress) }
            }
        }
        if let line = splitter.finish() { read(line, into: &updates, &progress) }
        try await write(&updates, &progress)
        guard progress.accepted > 0 else { throw Self.nothing(progress) }
        return .json(.accepted) { json in
            progress.counts.write(to: &json)
            json.member("rejected", progress.rejected)
            json.key("errors")
            json.array { json in
                for report in progress.reports {
                    json.object {
                        $0.member("line", report.line)
                        $0.member("detail", report.detail)
                    }
                }
            }
        }
    }

    private func read(_ line: LineSplitter.Line, into updates: inout [RepoUpdate], _ progress: inout Progress) {
        switch line.content {
        case .tooLong: progress.reject(line.number, "the line is longer than \(LineSplitter.maximumLength) bytes")
        case .bytes(let bytes):
            guard !bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) else { return }
            do {
                var errors: [FieldError] = []
                let update = RepoUpdate(try JSONValue(bytes), at: "#", errors: &errors)
                guard let update, errors.isEmpty else {
                    progress.reject(line.number, errors.first?.detail ?? "not a repo")
                    return
                }
                updates.append(update)
            } catch {
                progress.reject(line.number, "not valid JSON: \(error.message)")
            }
        }
    }

    private func write(_ updates: inout [RepoUpdate], _ progress: inout Progress) async throws {
        guard !updates.isEmpty else { return }
        progress.counts += try await store.upsert(updates)
        progress.accepted += updates.count
        updates.removeAll(keepingCapacity: true)
        pipeline.wake()
    }

    private static func nothing(_ progress: Progress) -> APIError {
        guard !progress.reports.isEmpty else { return .badRequest("there is no repo in the body") }
        return .invalid(
            progress.reports.map { FieldError(pointer: "#/\($0.line - 1)", detail: "line \($0.line): \($0.detail)") }
        )
    }
}
