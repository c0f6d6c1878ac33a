import Crypto
import EmbeddingCore
import HTTP
import JSON
import Synchronization
import Testing

@testable import Routing

@Suite struct PipelineRoutesTests {
    private let services = StubServices()

    @Test func `the pipeline is paused and resumed`() async throws {
        let api = services.api()
        #expect(try await api.ask(.post, "/pipeline/pause").text == #"{"paused":true}"#)
        #expect(try await api.ask(.post, "/pipeline/resume").text == #"{"paused":false}"#)
        let closed = services.api { $0.keys = APIKeys(all: ["the-key"], read: [], write: [], privateSearch: []) }
        _ = try await closed.ask(.post, "/pipeline/pause", headers: ["X-Api-Key": "the-key"])
        let fingerprint = SHA256.hexadecimal(of: Array("the-key".utf8)).prefix(16)
        #expect(services.pipeline.calls.withLock { $0 } == ["pause by nobody", "resume", "pause by \(fingerprint)"])
    }

    @Test func `failures are given in pages`() async throws {
        services.repos.state.withLock { state in
            state.failures = (1...3).map {
                DeadLetter(label: "a/\($0)", attempts: $0, error: "e", failedAt: "2026-01-01T00:00:00Z")
            }
        }
        let api = services.api()
        let first = try await api.ask(.get, "/pipeline/failures?limit=2").json
        guard case .array(let failures) = first["failures"] else { throw APIError.unexpected }
        #expect(failures.map { $0["full_name"]?.string } == ["a/1", "a/2"])
        #expect(first["next"] == .string("2"))
        let second = try await api.ask(.get, "/pipeline/failures?limit=2&cursor=2")
        #expect(
            second.text
                == #"{"failures":[{"full_name":"a/3","attempts":3,"error":"e","failed_at":"2026-01-01T00:00:00Z"}],"#
                + #""next":null}"#
        )
        for query in ["limit=0", "limit=1001", "cursor=", "x=1"] {
            #expect(try await api.ask(.get, "/pipeline/failures?\(query)").status == 400)
        }
    }

    @Test func `failures are retried`() async throws {
        let answer = try await services.api().ask(.post, "/pipeline/failures/retry")
        #expect(answer.status == 202)
        #expect(answer.text == #"{"enqueued":3}"#)
        #expect(services.pipeline.calls.withLock { $0 } == ["wake"])
    }

    /// The events written in the given number of ticks, with `change` called before each.
    private func events(ticks: Int, _ change: @escaping @Sendable (Int) -> Void) async throws -> [String] {
        let tick = Atomic(0)
        let events = Mutex<PipelineEvents?>(nil)
        let made = PipelineEvents(pipeline: services.pipeline, secondsBetweenComments: 2) {
            let count = tick.add(1, ordering: .relaxed).newValue
            change(count)
            if count == ticks { events.withLock { $0?.end() } }
        }
        events.withLock { $0 = made }
        guard case .stream(let write) = try made.response().body else { throw APIError.unexpected }
        let sink = BodySink()
        try await write(sink)
        return String(decoding: sink.bytes, as: UTF8.self).split(separator: "\n\n").map(String.init)
    }

    @Test func `a cursor that no page gave is 400`() async throws {
        #expect(try await services.api().ask(.get, "/pipeline/failures?cursor=wrong").status == 400)
    }

    @Test func `events come when something changed, and comments when nothing did`() async throws {
        let found = try await events(ticks: 5) { [services] count in
            if count == 1 { services.pipeline.statuses.withLock { $0.processed = 1 } }
        }
        #expect(found.count == 3)
        #expect(found[0].hasPrefix("event: status\ndata: {\"state\":\"idle\""))
        #expect(found[1].contains("\"processed\":1"))
        #expect(found[2] == ": still here")
    }

    @Test func `listeners are bounded`() throws {
        let events = PipelineEvents(pipeline: services.pipeline, capacity: 0)
        #expect(throws: APIError.self) { try events.response() }
    }

    @Test func `the stream of events is of its own type`() async throws {
        let request = HTTPRequest(head: HTTPRequestHead(.get, "/pipeline/events"))
        let response = await services.api().answer(to: request).response
        #expect(response.headers["Content-Type"] == "text/event-stream")
        #expect(response.headers["Cache-Control"] == "no-store")
    }
}
