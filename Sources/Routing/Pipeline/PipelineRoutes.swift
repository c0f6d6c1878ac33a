import EmbeddingCore
import HTTP
import JSON

/// The pipeline's state, its stream of events, its switch, and its dead letters.
struct PipelineRoutes: Sendable {
    private let pipeline: any PipelineControl
    private let deadLetters: any DeadLetterQueue
    private let events: PipelineEvents

    init(_ services: ServiceDependencies, events: PipelineEvents) {
        pipeline = services.pipeline
        deadLetters = services.deadLetters
        self.events = events
    }

    var endpoints: [Endpoint] {
        [
            .immediate(.get, "/pipeline", access: .scope(.read)) { _ in .json { pipeline.status.write(to: &$0) } },
            Endpoint(method: .get, template: "/pipeline/events", access: .scope(.read), produces: .eventStream) { _ in
                try events.response()
            },
            .immediate(.get, "/pipeline/replicas", access: .scope(.admin)) { _ in
                let replicas = pipeline.status.replicas
                return .json { json in
                    json.member("replicas", replicas.embedding)
                    json.member("standby", replicas.standby)
                }
            },
            Endpoint(method: .post, template: "/pipeline/pause", access: .scope(.admin)) { context in
                try await pipeline.pause(by: context.caller.fingerprint)
                return .json { $0.member("paused", true) }
            },
            Endpoint(method: .post, template: "/pipeline/resume", access: .scope(.admin)) { _ in
                try await pipeline.resume()
                return .json { $0.member("paused", false) }
            },
            Endpoint(method: .get, template: "/pipeline/failures", access: .scope(.read), handle: failures),
            Endpoint(method: .post, template: "/pipeline/failures/retry", access: .scope(.admin)) { context in
                let count = try await deadLetters.retryAll(includesPrivate: context.caller.seesPrivate)
                pipeline.wake()
                return .json(.accepted) { $0.member("enqueued", count) }
            },
        ]
    }

    @Sendable
    private func failures(_ context: RequestContext) async throws -> HTTPResponse {
        var query = try context.query()
        let limit = query.integer("limit", in: 1...1000) ?? 100
        let cursor = query.string("cursor", length: 1...512)
        try query.finish()
        let page = try await deadLetters.page(
            limit: limit,
            cursor: cursor,
            includesPrivate: context.caller.seesPrivate
        )
        return .json { json in
            json.key("failures")
            json.array { json in
                for letter in page.letters { json.object { letter.write(to: &$0) } }
            }
            json.member("next", page.next)
        }
    }
}

extension DeadLetter {
    fileprivate func write(to json: inout JSONWriter) {
        json.member("full_name", label)
        json.member("attempts", attempts)
        json.member("error", error)
        json.member("failed_at", failedAt)
    }
}
