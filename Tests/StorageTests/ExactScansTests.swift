import EmbeddingCore
import SurrealDB
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(1))) struct ExactScansTests {
    /// Scans that continue until they are told to end.
    private struct Database {
        let begun: AsyncStream<Void>
        let end: AsyncStream<Void>.Continuation
        let scans: ExactScans

        init(rest: Duration = .zero) {
            let (begun, begin) = AsyncStream.makeStream(of: Void.self)
            let (ends, end) = AsyncStream.makeStream(of: Void.self)
            self.begun = begun
            self.end = end
            scans = ExactScans(rest: { _ in rest }) { (_, _) async throws(SurrealError) in
                begin.yield()
                for await _ in ends { break }
                return ["row"]
            }
        }

        func scan() async -> Result<[SurrealValue], StoreError> {
            await Result { () async throws(StoreError) in try await scans.rows("", [:]) }
        }
    }

    @Test func `one that is abandoned keeps its place until it is over`() async throws {
        let database = Database()
        var begun = database.begun.makeAsyncIterator()
        let first = Task { await database.scan() }
        await begun.next()
        let second = Task { await database.scan() }
        await begun.next()
        #expect(await database.scan() == .failure(StoreError(.busy, "")))
        // Its client is gone, and learns so at once; in the database it continues.
        first.cancel()
        #expect(await first.value == .failure(StoreError(.cancelled, "")))
        #expect(await database.scan() == .failure(StoreError(.busy, "")))
        database.end.finish()
        #expect(await second.value == .success(["row"]))
        #expect(await database.scan() == .success(["row"]))
    }

    @Test func `a place rests after a scan`() async throws {
        let database = Database(rest: .seconds(3600))
        database.end.finish()
        for _ in 0..<2 { #expect(await database.scan() == .success(["row"])) }
        #expect(await database.scan() == .failure(StoreError(.busy, "")))
    }

    @Test func `the database ends one that takes too long`() async throws {
        let fixture = try await Fixture()
        let error = await #expect(throws: StoreError.self) {
            try await ExactScans(database: fixture.database) { false }.rows("SELECT * FROM sleep(1s) TIMEOUT 10ms", [:])
        }
        #expect(error?.code == .busy)
    }
}
