import EmbeddingCore
import HTTP
import JSON
import Synchronization
import Testing

@testable import Routing

@Suite struct RepoListTests {
    private let services = StubServices()

    private func fill(_ count: Int, private secret: Set<Int> = []) {
        services.repos.state.withLock { state in
            for number in 0..<count {
                let name = "a/r\(number)"
                let repo = Repo(
                    fullName: name,
                    topics: number.isMultiple(of: 2) ? ["cli"] : [],
                    isPrivate: secret.contains(number)
                )
                state.repos[name] = StoredRepo(repo: repo, state: .embedded)
            }
        }
    }

    private func names(_ answer: Answer) throws -> [String] {
        try answer.json["repos"]?.array?.compactMap { $0["full_name"]?.string } ?? []
    }

    @Test func `pages follow one another until all repos were shown`() async throws {
        fill(5)
        let api = services.api()
        var (found, cursor): ([String], String?) = ([], nil)
        repeat {
            let answer = try await api.ask(.get, "/repos?limit=2" + (cursor.map { "&cursor=\($0)" } ?? ""))
            #expect(answer.status == 200)
            found += try names(answer)
            cursor = try answer.json["next"]?.string
        } while cursor != nil
        #expect(found == (0..<5).map { "a/r\($0)" })
    }

    @Test func `filters are handed on, and private repos are there for who may see them`() async throws {
        fill(3, private: [2])
        let open = try await services.api().ask(.get, "/repos?topic=cli&embedded=true")
        #expect(try names(open) == ["a/r0"])
        let api = services.api { $0.keys = APIKeys(privateSearch: ["k"]) }
        let seen = try await api.ask(.get, "/repos?topic=cli", headers: ["Authorization": "Bearer k"])
        #expect(try names(seen) == ["a/r0", "a/r2"])
        #expect(services.repos.state.withLock(\.listings).map(\.isEmbedded) == [true, nil])
    }

    @Test func `as lines all repos come in one answer`() async throws {
        fill(1200)
        let answer = try await services.api().ask(.get, "/repos", headers: ["Accept": "application/x-ndjson"])
        #expect(answer.headers["content-type"] == "application/x-ndjson")
        let lines = answer.text.split(separator: "\n")
        #expect(lines.count == 1200)
        #expect(try Set(lines.map { try JSONValue(Array($0.utf8))["full_name"]?.string }).count == 1200)
        let few = try await services.api().ask(.get, "/repos?limit=3", headers: ["Accept": "application/x-ndjson"])
        #expect(few.text.split(separator: "\n").count == 3)
    }

    @Test(arguments: [("text/html", 406), ("*/*", 200), ("application/json, application/x-ndjson;q=0.5", 200)])
    func `other types are JSON or refused`(accept: String, status: Int) async throws {
        let answer = try await services.api().ask(.get, "/repos", headers: ["Accept": accept])
        #expect(answer.status == status)
        if status == 200 { #expect(answer.headers["content-type"] == "application/json") }
    }

    @Test(arguments: ["limit=0", "limit=1001", "cursor=wrong", "q=x", "embedded=yes", "private=1"])
    func `a wrong parameter is 400`(query: String) async throws {
        #expect(try await services.api().ask(.get, "/repos?\(query)").status == 400)
    }
}
