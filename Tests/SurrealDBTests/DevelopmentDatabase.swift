import Foundation
import HTTPClient
import Logging
import Telemetry

@testable import SurrealDB

/// The real engine behind scripts/surreal-dev, in memory; it ends with the test process.
final class DevelopmentDatabase: Sendable {
    let url: String
    let user = "root"
    let password = "correct-horse"
    private let transport = HTTPClient()
    /// The engine ends when this is closed.
    private let input: Pipe

    /// nil where the Python packages it needs are not installed; scripts/bootstrap installs them.
    static let shared = DevelopmentDatabase()

    private init?() {
        let root = URL(filePath: #filePath).appending(path: "../../..").standardized
        let process = Process()
        process.executableURL = root.appending(path: "scripts/surreal-dev")
        process.arguments = ["--bind", "127.0.0.1:0", "--user", user, "--pass", password, "--until-eof", "memory"]
        let output = Pipe()
        input = Pipe()
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        var text = ""
        while !text.contains("\n") {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { return nil }
            text += String(decoding: data, as: UTF8.self)
        }
        guard let address = text.split(separator: " ").first(where: { $0.hasPrefix("http://") }) else { return nil }
        url = String(address)
    }

    /// A client of a database of its own, unless the change says which.
    func client(
        metrics: MetricsRegistry = MetricsRegistry(),
        _ change: (inout SurrealConfiguration) -> Void = { _ in }
    ) async throws -> SurrealClient {
        var configuration = SurrealConfiguration(
            url: url.replacing("http:", with: "ws:"),
            user: user,
            password: self.password
        )
        configuration.namespace = "test"
        configuration.database = "db\(UInt64.random(in: 0...(.max)))"
        try await client(configuration, metrics).defineDatabase()
        change(&configuration)
        return client(configuration, metrics)
    }

    private func client(_ configuration: SurrealConfiguration, _ metrics: MetricsRegistry) -> SurrealClient {
        SurrealClient(
            configuration: configuration,
            transport: transport,
            metrics: metrics,
            logger: Logger(label: "test")
        )
    }
}
