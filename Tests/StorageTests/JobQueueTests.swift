import EmbeddingCore
import SurrealDB
import Testing

@testable import Storage

@Suite struct JobQueueTests {
    private func pending(_ count: Int = 1) async throws -> Fixture {
        let fixture = try await Fixture()
        _ = try await fixture.storage.repos.upsert(
            (0..<count).map { update("a/r\($0)", description: "text", stars: $0) }
        )
        return fixture
    }

    private func embedding(_ job: EmbeddingJob) throws -> JobOutcome {
        .embedded(try vector(1))
    }

    private func state(_ fixture: Fixture, _ name: String = "a/r0") async throws -> StoredRepo.State? {
        try await fixture.storage.repos.repo(named: name)?.state
    }

    @Test func `claim carries what the text is made of`() async throws {
        let fixture = try await Fixture()
        var full = update("Apple/Swift", description: "A language", language: "Swift", stars: 60000)
        full.topics = ["compiler"]
        full.owner = "Apple"
        full.url = "https://github.com/apple/swift"
        _ = try await fixture.storage.repos.upsert([full])
        let job = try #require(try await fixture.claim("t").first)
        #expect(job.document.label == "Apple/Swift")
        #expect(!job.document.isPrivate)
        #expect(
            job.document.text == """
                Repository: Apple/Swift
                Description: A language
                Language: Swift
                Topics: compiler
                Stars: 60000
                Owner: Apple
                """
        )
        #expect(job.attempts == 1)
        #expect(job.storedFingerprint == nil)
        #expect(!job.isForced)
    }

    @Test func `claims are oldest first and leased`() async throws {
        let fixture = try await pending(0)
        for number in 0..<5 { _ = try await fixture.storage.repos.upsert([update("a/r\(number)")]) }
        #expect(try await fixture.claim("one", limit: 2).map(\.document.label) == ["a/r0", "a/r1"])
        #expect(try await fixture.claim("two", limit: 2).map(\.document.label) == ["a/r2", "a/r3"])
        #expect(try await fixture.claim("three", limit: 9).map(\.document.label) == ["a/r4"])
        #expect(try await fixture.claim("four").isEmpty)
    }

    @Test func `parallel claimers of several replicas never share a job`() async throws {
        let one = try await pending(200)
        let two = try await Fixture(client: one.client, owner: "two")
        let claimed = try await withThrowingTaskGroup { group in
            for number in 0..<16 {
                group.addTask { try await (number % 2 == 0 ? one : two).claim("t\(number)", limit: 20) }
            }
            return try await group.reduce(into: [EmbeddingJob]()) { $0 += $1 }
        }
        #expect(claimed.count == 200)
        #expect(Set(claimed.map(\.id)).count == 200)
    }

    @Test func `vector is written with model hash and time`() async throws {
        let fixture = try await pending()
        let jobs = try await fixture.claim("t")
        #expect(try await fixture.complete(jobs, "t", embedding) == 0)
        let row = try await fixture.run("SELECT * FROM repo")[0]
        #expect(row["embedding"].floats == [1, 0, 0, 0])
        #expect(row["embedding_model"].string == "small")
        #expect(row["embedding_fingerprint"].string == model.fingerprint)
        #expect(row["embedding_text_hash"].string == jobs[0].document.textHash)
        #expect(row["embedding_generated_at"].datetime != nil)
        #expect(try await fixture.run("SELECT * FROM embedding_job") == [])
        #expect(try await state(fixture) == .embedded)
    }

    /// G2: of two that work on one job, the later claim wins and the earlier finish has no effect.
    @Test func `finish of a lost lease is fenced off`() async throws {
        let fixture = try await pending()
        let first = try await fixture.claim("first", lease: .zero)
        let second = try await fixture.claim("second")
        #expect(second.count == 1)
        #expect(second[0].attempts == 2)
        #expect(try await fixture.complete(first, "first") { _ in .embedded(try vector(0, 1)) } == 1)
        #expect(try await state(fixture) == .pending)
        #expect(try await fixture.complete(second, "second", embedding) == 0)
        #expect(try await fixture.complete(first, "first") { _ in .embedded(try vector(0, 1)) } == 1)
        #expect(try await fixture.run("SELECT VALUE embedding FROM repo")[0].floats == [1, 0, 0, 0])
    }

    /// G1, G2: a change while the job is leased is not lost, and the older text's vector not written.
    @Test func `change during the lease fences the finish and is due at once`() async throws {
        let fixture = try await pending()
        let old = try await fixture.claim("t")
        try await fixture.run("UPDATE repo SET description = 'changed'")
        #expect(try await fixture.complete(old, "t", embedding) == 1)
        #expect(try await fixture.run("SELECT VALUE embedding FROM repo")[0].isNil)
        let new = try await fixture.claim("u")
        #expect(new.first?.document.text.contains("Description: changed\n") == true)
        #expect(try await state(fixture) == .pending)
    }

    @Test func `rows beside one that changed are written`() async throws {
        let fixture = try await pending(3)
        let jobs = try await fixture.claim("t")
        try await fixture.run("UPDATE repo SET description = 'changed' WHERE full_name = 'a/r1'")
        #expect(try await fixture.complete(jobs, "t", embedding) == 1)
        let embedded = try await fixture.run("SELECT VALUE full_name FROM repo WHERE embedding != NONE")
        #expect(embedded.array?.compactMap(\.string).sorted() == ["a/r0", "a/r2"])
        #expect(try await fixture.claim("u").map(\.document.label) == ["a/r1"])
    }

    @Test(arguments: [
        JobOutcome.unchanged, .retry(after: .zero, error: "e"), .deadLetter(error: "e"), .excluded,
        .released(after: .zero),
    ])
    func `no outcome of a row that changed has an effect`(_ outcome: JobOutcome) async throws {
        let fixture = try await pending()
        let jobs = try await fixture.claim("t")
        try await fixture.run("UPDATE repo SET description = 'changed'")
        let before = try await fixture.run("SELECT * FROM embedding_job")
        #expect(try await fixture.complete(jobs, "t") { _ in outcome } == 1)
        #expect(try await fixture.run("SELECT * FROM embedding_job") == before)
    }

    @Test func `deleted repo is not resurrected`() async throws {
        let fixture = try await pending()
        let jobs = try await fixture.claim("t")
        try await fixture.run("DELETE repo")
        #expect(try await fixture.complete(jobs, "t", embedding) == 1)
        #expect(try await fixture.run("SELECT * FROM repo") == [])
        #expect(try await fixture.run("SELECT * FROM embedding_job") == [])
    }

    @Test func `mixed outcomes are written together`() async throws {
        let fixture = try await pending(6)
        let jobs = try await fixture.claim("t")
        #expect(jobs.count == 6)
        let outcomes: [JobOutcome] = [
            try embedding(jobs[0]), .unchanged, .retry(after: .seconds(600), error: "busy"),
            .deadLetter(error: "poison"),
            .excluded, .released(after: .zero),
        ]
        let byID = Dictionary(uniqueKeysWithValues: zip(jobs.map(\.id), outcomes))
        #expect(try await fixture.complete(jobs, "t") { byID[$0.id] ?? .unchanged } == 0)
        let states = try await jobs.asyncMap { try await fixture.storage.repos.repo(named: $0.document.label) }
        #expect(states.map(\.?.state) == [.embedded, .pending, .pending, .failed, .excluded, .pending])
        #expect(states.map(\.?.lastError) == [nil, nil, "busy", "poison", nil, nil])
        #expect(states.map(\.?.attempts) == [0, 0, 1, 1, 1, 0])
        #expect(try await fixture.claim("u").map(\.document.label) == [jobs[5].document.label])
    }

    @Test func `dead letters are listed in pages and retried together`() async throws {
        let fixture = try await pending(5)
        try await fixture.complete(try await fixture.claim("t"), "t") { .deadLetter(error: "bad \($0.document.label)") }
        #expect(try await fixture.claim("u").isEmpty)
        var names: [String] = []
        var cursor: String?
        repeat {
            let page = try await fixture.storage.deadLetters.page(limit: 2, cursor: cursor, includesPrivate: true)
            #expect(page.letters.count <= 2)
            for failure in page.letters {
                #expect(failure.error == "bad \(failure.label)")
                #expect(failure.failedAt.hasSuffix("Z"))
            }
            names += page.letters.map(\.label)
            cursor = page.next
        } while cursor != nil
        #expect(names == (0..<5).map { "a/r\($0)" })
        #expect(try await fixture.storage.deadLetters.retryAll(includesPrivate: true) == 5)
        #expect(try await fixture.claim("u").map(\.attempts) == [1, 1, 1, 1, 1])
    }

    @Test(arguments: ["", "zz", "00", "c8", "C8826472656F6F", String(repeating: "0", count: 5000)])
    func `cursor of somebody else is refused`(_ cursor: String) async throws {
        let fixture = try await pending(0)
        await #expect(throws: StoreError(.invalidArgument, "")) {
            try await fixture.storage.deadLetters.page(limit: 2, cursor: cursor, includesPrivate: true)
        }
    }

    @Test func `dead letters of private repos are left out unless asked for`() async throws {
        let fixture = try await pending(3)
        try await fixture.run("UPDATE repo SET is_private = true WHERE full_name = 'a/r1'")
        try await fixture.complete(try await fixture.claim("t"), "t") { _ in .deadLetter(error: "bad") }
        for (includesPrivate, expected) in [(false, ["a/r0", "a/r2"]), (true, ["a/r0", "a/r1", "a/r2"])] {
            let page = try await fixture.storage.deadLetters.page(
                limit: 10,
                cursor: nil,
                includesPrivate: includesPrivate
            )
            #expect(page.letters.map(\.label) == expected)
        }
    }

    @Test func `change of the repo clears its failure`() async throws {
        let fixture = try await pending()
        try await fixture.complete(try await fixture.claim("t"), "t") { _ in .deadLetter(error: "bad") }
        try await fixture.run("UPDATE repo SET description = 'better'")
        let repo = try #require(try await fixture.storage.repos.repo(named: "a/r0"))
        #expect(repo.state == .pending)
        #expect(repo.lastError == nil)
        #expect(try await fixture.claim("u").first?.attempts == 1)
    }

    @Test func `excluded repos wait until they are allowed`() async throws {
        let fixture = try await pending(3)
        try await fixture.complete(try await fixture.claim("t"), "t") { _ in .excluded }
        #expect(try await fixture.claim("u").isEmpty)
        #expect(try await fixture.storage.jobs.resumeExcluded() == 3)
        #expect(try await fixture.claim("u").count == 3)
    }

    @Test func `renewal keeps what is ours`() async throws {
        let fixture = try await pending()
        let jobs = try await fixture.claim("t", lease: .zero)
        try await fixture.storage.jobs.renew(jobs, lease: .seconds(60), token: ClaimToken("other"))
        #expect(try await fixture.claim("u", lease: .zero).count == 1)
        try await fixture.storage.jobs.renew(jobs, lease: .seconds(60), token: ClaimToken("u"))
        #expect(try await fixture.claim("v").isEmpty)
    }

    @Test func `backfill leaves jobs and current vectors alone`() async throws {
        let fixture = try await pending(4)
        try await fixture.drain()
        #expect(try await fixture.storage.jobs.backfill(after: nil, limit: 100, model: model) == (nil, 0))
        #expect(try await fixture.storage.jobs.backfill(after: nil, limit: 100, model: otherModel).enqueued == 4)
        #expect(try await fixture.storage.jobs.backfill(after: nil, limit: 100, model: otherModel).enqueued == 0)
    }

    @Test func `statistics follow every change`() async throws {
        let fixture = try await pending(6)
        let queue = fixture.queue(countingShare: .infinity)
        #expect(try await queue.statistics(model: model) == QueueStatistics(pending: 6, total: 6))
        let jobs = try await fixture.claim("t", limit: 4)
        #expect(try await queue.statistics(model: model) == QueueStatistics(pending: 6, leased: 4, total: 6))
        try await fixture.complete([jobs[0], jobs[1]], "t", embedding)
        try await fixture.complete([jobs[2]], "t") { _ in .deadLetter(error: "bad") }
        try await fixture.complete([jobs[3]], "t") { _ in .excluded }
        var expected = QueueStatistics(pending: 2, failed: 1, excluded: 1, embedded: 2, total: 6)
        let another = fixture.queue()
        #expect(try await another.statistics(model: model) == expected)
        // Who counted before has seen them come.
        expected.written = 2
        #expect(try await queue.statistics(model: model) == expected)
        _ = try await fixture.storage.repos.delete(named: jobs[0].document.label)
        _ = try await fixture.storage.repos.upsert([update("a/new")])
        expected.embedded = 1
        expected.pending = 3
        #expect(try await queue.statistics(model: model) == expected)
        (expected.embedded, expected.written) = (0, 0)
        #expect(try await queue.statistics(model: otherModel) == expected)
    }

    @Test func `counts of one moment hold while others write`() async throws {
        let fixture = try await pending(0)
        let queue = fixture.queue(countingShare: .infinity)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<3 {
                group.addTask {
                    for round in 0..<10 {
                        _ = try await fixture.storage.repos.upsert((0..<5).map { update("w\(writer)/r\(round)-\($0)") })
                        let token = "w\(writer)-\(round)"
                        let jobs = try await fixture.claim(token, limit: 5)
                        try await fixture.complete(jobs, token, embedding)
                        if round % 3 == 2 {
                            _ = try await fixture.storage.repos.delete(named: "w\(writer)/r\(round)-0")
                        }
                    }
                }
            }
            group.addTask {
                for _ in 0..<50 {
                    // A replica that follows the others, and one that counts now.
                    let followed = try #require(try await queue.statistics(model: model))
                    #expect(followed.embedded <= followed.total, "\(followed)")
                    let counted = try await fixture.queue().statistics(model: model)
                    let counts = try #require(counted)
                    #expect(counts.embedded + counts.pending == counts.total, "\(counts)")
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `an empty claim ends the life of a count of the backlog`() async throws {
        let fixture = try await pending(6)
        // A share this small keeps every count for the longest time.
        let queue = fixture.queue(countingShare: 1e-9)
        #expect(try await queue.statistics(model: model)?.pending == 6)
        let jobs = try await queue.claim(limit: 10, lease: .seconds(60), token: ClaimToken("t"))
        try await fixture.complete(jobs, "t", embedding)
        #expect(try await queue.claim(limit: 10, lease: .seconds(60), token: ClaimToken("t")).isEmpty)
        while try await queue.statistics(model: model)?.pending != 0 {
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    @Test func `who does not see private dead letters neither counts nor retries them`() async throws {
        let fixture = try await Fixture()
        _ = try await fixture.storage.repos.upsert([update("a/open"), update("a/secret", isPrivate: true)])
        try await fixture.complete(try await fixture.claim("t"), "t") { _ in .deadLetter(error: "bad") }
        #expect(try await fixture.storage.deadLetters.retryAll(includesPrivate: false) == 1)
        #expect(try await fixture.claim("u").map(\.document.label) == ["a/open"])
        #expect(try await fixture.storage.deadLetters.retryAll(includesPrivate: true) == 1)
    }

    private func pause(_ fixture: Fixture) async throws -> PipelinePause? {
        try await fixture.storage.jobs.attend(model: nil, lease: .seconds(60), takesOver: false).pause
    }

    @Test func `pause holds for all replicas`() async throws {
        let one = try await pending(0)
        let two = try await Fixture(client: one.client, owner: "two")
        #expect(try await pause(two) == nil)
        try await one.storage.jobs.setPaused(true, by: "0123abcd")
        let held = try #require(try await pause(two))
        #expect(held.by == "0123abcd")
        #expect(held.since?.hasSuffix("Z") == true)
        try await two.storage.jobs.setPaused(false, by: nil)
        #expect(try await pause(one) == nil)
        _ = try await one.run("UPSERT embed_star:pipeline SET paused = true, paused_at = NONE")
        #expect(try await pause(one) == PipelinePause())
    }
}

extension Array {
    func asyncMap<Value>(_ transform: (Element) async throws -> Value) async throws -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}
