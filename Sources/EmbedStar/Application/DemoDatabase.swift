import HTTPClient
import Settings

/// A database for a demo, on a free port of the loopback address: user and password are the settings' defaults, so that
/// `embed-star import` in another terminal finds it.
struct DemoDatabase {
    let settings: [String: String]
    private let process: ChildProcess

    /// Starts it, and waits until it answers.
    /// - Parameters:
    ///   - engine: a program that serves as `surreal start` does.
    ///   - folder: where the data is; nil for memory.
    /// - Throws: `FileError` when it cannot be started, or ends at once.
    static func start(engine: String, folder: String?) async throws -> DemoDatabase {
        let port = PortCheck.firstFree(from: 8000)
        let process = try ChildProcess(
            engine,
            ["start", "--bind", "127.0.0.1:\(port)", "--user", "root", "--pass", "root"]
                + [folder.map { "surrealkv://\($0)" } ?? "memory"],
            environment: ["SURREAL_LOG": "warn", "SURREAL_NO_BANNER": "true"]
        )
        let client = HTTPClient()
        do {
            try await answer(of: process, "http://127.0.0.1:\(port)/health", client, engine)
        } catch {
            await client.shutdown()
            process.stop()
            throw error
        }
        await client.shutdown()
        return DemoDatabase(
            settings: ["DB_URL": "ws://127.0.0.1:\(port)", "DB_USER": "root", "DB_PASS": "root"],
            process: process
        )
    }

    func stop() { process.stop() }

    private static func answer(
        of process: ChildProcess,
        _ url: String,
        _ client: HTTPClient,
        _ engine: String
    ) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            if let answer = try? await client.send(HTTPClientRequest("GET", url)), answer.status == 200 { return }
            guard process.isRunning else {
                throw FileError(
                    path: engine,
                    reason: "ended at once; is it a SurrealDB of 2.3 or later?",
                    code: .unavailable
                )
            }
            guard ContinuousClock.now < deadline else {
                throw FileError(path: engine, reason: "does not answer", code: .unavailable)
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
