import Foundation
import HTTPClient
import Logging
import SurrealDB
import Synchronization
import Telemetry
import Testing

@testable import Storage

/// The real engine behind `scripts/surreal-dev`, one process for all tests; each test has a database of its own.
final class Engine: Sendable {
    static let shared = Engine()

    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    private let address: Task<String, any Error>
    private let nextDatabase = Atomic<Int>(0)
    private let transport = HTTPClient()

    private init() {
        address = Task.detached { try Engine.start() }
    }

    /// A client of a database that nobody else uses.
    func client() async throws -> SurrealClient {
        let number = nextDatabase.add(1, ordering: .relaxed).newValue
        return try await client(database: "test\(number)")
    }

    /// - Parameter isDefined: whether the database is there, as SurrealDB 3 has it only once somebody made it.
    func client(database: String, isDefined: Bool = true, namespace: String = "tests") async throws -> SurrealClient {
        let configuration = SurrealConfiguration(
            url: try await address.value,
            user: "root",
            password: "secret",
            namespace: namespace,
            database: database
        )
        let client = SurrealClient(
            configuration: configuration,
            transport: transport,
            metrics: MetricsRegistry(),
            logger: Logger(label: "tests")
        )
        if isDefined { try await client.defineDatabase() }
        return client
    }

    /// Starts the process, which ends with ours, and reads where it listens.
    private static func start() throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let process = Process()
        process.executableURL = root.appending(path: "scripts/surreal-dev")
        process.arguments = ["--bind", "127.0.0.1:0", "--user", "root", "--pass", "secret", "--until-eof", "memory"]
        let input = Pipe()
        let output = Pipe()
        let errors = Pipe()
        process.standardInput = input
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let line = firstLine(output.fileHandleForReading)
        guard let address = line.split(separator: " ").first(where: { $0.hasPrefix("http://") }) else {
            let words = String(decoding: errors.fileHandleForReading.availableData, as: UTF8.self)
            throw Missing(
                description: "these tests need SurrealDB's engine: run scripts/bootstrap, or set EMBED_STAR_PYTHON to "
                    + "a Python that has surrealdb and aiohttp. scripts/surreal-dev said: \(words)"
            )
        }
        keptAlive.withLock { $0 = (process, input) }
        errors.fileHandleForReading.readabilityHandler = { FileHandle.standardError.write($0.availableData) }
        return String(address)
    }

    /// The engine ends when its standard input does.
    private static let keptAlive = Mutex<(Process, Pipe)?>(nil)

    private static func firstLine(_ handle: FileHandle) -> String {
        var line = Data()
        while let byte = try? handle.read(upToCount: 1), let first = byte.first, first != 0x0A { line.append(first) }
        return String(decoding: line, as: UTF8.self)
    }
}

/// A migrated database and everything that works on it.
struct Fixture {
    let client: SurrealClient
    let storage: SurrealStorage
    let database: Database
    let register: ModelRegister

    init(
        client: SurrealClient? = nil,
        owner: String = "test",
        tables: EmbeddedTables = EmbeddedTables(),
        migrated: Bool = true
    ) async throws {
        let client = if let client { client } else { try await Engine.shared.client() }
        self.client = client
        storage = SurrealStorage(client: client, owner: owner, tables: tables, logger: Logger(label: "tests"))
        database = Database(client: client)
        register = ModelRegister(database: database, owner: owner, textForm: "")
        if migrated { try await storage.migrate() }
    }

    var reader: RowReader {
        RowReader(database: database, metrics: MetricsRegistry(), logger: Logger(label: "tests"))
    }

    /// A queue with counts of its own.
    func queue(countingShare: Double = 0.05) -> SurrealJobQueue {
        SurrealJobQueue(database: database, register: register, reader: reader, countingShare: countingShare)
    }

    /// A feed that takes changes for committed at once.
    func feed() -> SurrealRepoFeed { SurrealRepoFeed(database: database, reader: reader, settling: .zero) }

    /// Runs a statement as another program would; the last result.
    @discardableResult
    func run(_ sql: String, _ variables: [String: SurrealValue] = [:]) async throws -> SurrealValue {
        try await database.value(sql, variables)
    }
}
