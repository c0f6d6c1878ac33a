import EmbeddingCore
import HTTP
import JSON
import Synchronization

/// The pipeline's status as server-sent events (WHATWG HTML §9.2): at once, then once a second while it changes, and
/// a comment now and then so that a dead connection is noticed.
final class PipelineEvents: Sendable {
    private static let keepAlive = Array(": still here\n\n".utf8)

    private let pipeline: any PipelineControl
    private let capacity: Int
    private let secondsBetweenComments: Int
    /// Waits a second.
    private let tick: @Sendable () async throws -> Void
    private let open = Atomic<Int>(0)
    private let isEnding = Atomic<Bool>(false)

    init(
        pipeline: any PipelineControl,
        capacity: Int = 256,
        secondsBetweenComments: Int = 15,
        tick: @escaping @Sendable () async throws -> Void = { try await Task.sleep(for: .seconds(1)) }
    ) {
        self.pipeline = pipeline
        self.capacity = capacity
        self.secondsBetweenComments = secondsBetweenComments
        self.tick = tick
    }

    /// - Throws: `APIError` 503 when too many listen already.
    func response() throws -> HTTPResponse {
        guard open.load(ordering: .relaxed) < capacity else {
            throw APIError(
                .serviceUnavailable,
                .unavailable,
                "too many clients are following the pipeline",
                retryAfter: .seconds(5)
            )
        }
        return HTTPResponse(
            .ok,
            headers: ["Content-Type": "text/event-stream", "Cache-Control": "no-store"],
            body: .stream { try await self.write(to: $0) }
        )
    }

    /// Ends all streams within a second, so that they do not hold up the end of the process.
    func end() { isEnding.store(true, ordering: .relaxed) }

    private func write(to writer: any HTTPBodyWriter) async throws {
        defer { open.subtract(1, ordering: .relaxed) }
        guard open.add(1, ordering: .relaxed).newValue <= capacity else { return }
        var last: [UInt8] = []
        var quiet = 0
        while !isEnding.load(ordering: .relaxed) {
            let status = JSONWriter.object { pipeline.status.write(to: &$0) }
            quiet += 1
            if status != last {
                try await writer.write(Array("event: status\ndata: ".utf8) + status + Array("\n\n".utf8))
                last = status
                quiet = 0
            } else if quiet >= secondsBetweenComments {
                try await writer.write(Self.keepAlive)
                quiet = 0
            }
            try await tick()
        }
    }
}
