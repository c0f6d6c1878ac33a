import EmbeddingCore
import HTTP
import Ingest
import JSON

/// `POST /repos` as a stream: any number of repos, written in portions as they arrive.
struct RepoLines: Sendable {
    let store: any RepoStore
    let pipeline: any PipelineControl

    /// - Throws: `APIError` 400 when there is no repo; `StoreError`; what the stream throws.
    func upsert(_ stream: HTTPBodyStream) async throws -> HTTPResponse {
        var intake = RepoIntake(store: store)
        for try await piece in stream where try await intake.feed(piece) { pipeline.wake() }
        try await intake.finish()
        guard intake.accepted > 0 else { throw Self.nothing(intake.reports) }
        pipeline.wake()
        let (counts, rejected, reports) = (intake.counts, intake.rejected, intake.reports)
        return .json(.accepted) { json in
            counts.write(to: &json)
            json.member("rejected", rejected)
            json.key("errors")
            json.array { json in
                for report in reports {
                    json.object {
                        $0.member("line", report.line)
                        $0.member("detail", report.fault.reason)
                    }
                }
            }
        }
    }

    private static func nothing(_ reports: [RepoReader.Rejection]) -> APIError {
        guard !reports.isEmpty else { return .badRequest("there is no repo in the body") }
        return .invalid(
            reports.map { FieldError(pointer: "#/\($0.line - 1)", detail: "line \($0.line): \($0.fault.reason)") }
        )
    }
}
