import EmbeddingCore
import HTTP
import JSON
import Synchronization
import Testing

@testable import Routing

@Suite struct OperationsTests {
    private let services = StubServices()

    @Test func `the probes and metrics need no waiting`() {
        let api = services.api()
        for path in ["/livez", "/readyz", "/health", "/metrics", "/openapi.yaml", "/", "/pipeline", "/none"] {
            #expect(api.answer(to: HTTPRequest(head: HTTPRequestHead(.get, path))).immediate != nil)
        }
    }

    @Test func `readyz gives the reason when it is not ready`() async throws {
        services.health.current.withLock { $0.readiness = .notReady("shutting down") }
        let answer = try await services.api().ask(.get, "/readyz")
        #expect(answer.status == 503)
        #expect(try answer.json["detail"] == .string("shutting down"))
    }

    @Test(
        arguments: [
            (.ok, .ok, "ok", 200), (.ok, .degraded, "degraded", 200), (.ok, .down, "degraded", 200),
            (.degraded, .ok, "degraded", 200), (.down, .ok, "down", 503),
        ] as [(ComponentHealth.State, ComponentHealth.State, String, Int)]
    )
    func `health sums up its parts`(
        database: ComponentHealth.State,
        provider: ComponentHealth.State,
        expected: String,
        status: Int
    ) async throws {
        services.health.current.withLock {
            $0.database = ComponentHealth(database, "why")
            $0.provider = ComponentHealth(provider)
        }
        let answer = try await services.api { $0.version = "1.2" }.ask(.get, "/health")
        #expect(answer.status == status)
        let json = try answer.json
        #expect(json["status"] == .string(expected))
        #expect(json["database"]?["status"] == .string(database.rawValue))
        #expect(json["database"]?["detail"] == .string("why"))
        #expect(json["version"] == .string("1.2"))
        #expect(json["uptime_seconds"] == .integer(5))
    }

    @Test(arguments: [
        ("*/*", "text/plain; version=0.0.4; charset=utf-8", "up 1\n"),
        ("text/plain;version=0.0.4", "text/plain; version=0.0.4; charset=utf-8", "up 1\n"),
        (
            "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.3",
            "application/openmetrics-text; version=1.0.0; charset=utf-8", "# EOF\n"
        ),
    ])
    func `metrics come in the format asked for`(accept: String, type: String, body: String) async throws {
        let answer = try await services.api().ask(.get, "/metrics", headers: ["Accept": accept])
        #expect(answer.headers["Content-Type"] == type)
        #expect(answer.text == body)
    }

    @Test func `a process that makes no progress is not alive`() async throws {
        let api = services.api()
        #expect(try await api.ask(.get, "/livez").status == 200)
        services.health.stalled.withLock { $0 = "an event loop hangs" }
        let answer = try await api.ask(.get, "/livez")
        #expect(answer.status == 503)
        #expect(answer.text.contains("an event loop hangs"))
    }

    @Test(arguments: [
        ("", 200), ("*", 200), ("*/*;q=0", 406), ("application/json;q=0, */*", 406), ("application/json;q=0.1", 200),
        ("text/html", 406), ("application/*", 200),
    ])
    func `what a client accepts is minded`(accept: String, status: Int) async throws {
        #expect(try await services.api().ask(.get, "/pipeline", headers: ["Accept": accept]).status == status)
    }

    @Test func `the contract and the page are served as configured`() async throws {
        let api = services.api {
            $0.contract = Array("openapi: 3.1.0".utf8)
            $0.page = Array("<html>".utf8)
            $0.pageHeaders = [("Content-Security-Policy", "default-src 'self'")]
        }
        #expect(try await api.ask(.get, "/openapi.yaml").text == "openapi: 3.1.0")
        let page = try await api.ask(.get, "/")
        #expect(page.text == "<html>")
        #expect(page.headers["Content-Security-Policy"] == "default-src 'self'")
    }

    @Test func `the pipeline's status is told field by field`() async throws {
        services.pipeline.statuses.withLock {
            $0 = PipelineStatus(
                state: .draining,
                model: StubEmbeddings.model,
                replicas: Replicas(embedding: ["a-1-7", "b-1-8"], standby: ["c-1-9"]),
                statistics: QueueStatistics(pending: 100, leased: 5, failed: 2, excluded: 1, embedded: 50, total: 153),
                processed: 40,
                skippedUnchanged: 3,
                ratePerSecond: 12.345,
                provider: .limited(until: ContinuousClock.now + .seconds(60)),
                pause: PipelinePause(since: "2026-11-30T01:00:00Z", by: "0123456789abcdef")
            )
        }
        let json = try await services.api().ask(.get, "/pipeline").json
        #expect(json["state"] == .string("draining"))
        #expect(json["model"] == .string("stub-model"))
        #expect(json["replicas"] == .integer(2))
        #expect(json["standby"] == .integer(1))
        #expect(
            try await services.api().ask(.get, "/pipeline/replicas").text
                == #"{"replicas":["a-1-7","b-1-8"],"standby":["c-1-9"]}"#
        )
        #expect(json["pending"] == .integer(100))
        #expect(json["skipped_unchanged"] == .integer(3))
        #expect(json["rate_per_second"] == .double(12.35))
        #expect(json["eta_seconds"] == .integer(9))
        #expect(json["paused_since"] == .string("2026-11-30T01:00:00Z"))
        #expect(json["paused_by"] == .string("0123456789abcdef"))
        #expect(json["provider"]?["state"] == .string("limited"))
        let moment = json["provider"]?["retry_at"]?.string ?? ""
        #expect(moment.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*Z/) != nil)
    }
}
