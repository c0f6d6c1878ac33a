import EmbeddingCore
import HTTP
import Synchronization
import Testing

@testable import Routing

@Suite struct MapRoutesTests {
    private let services = StubServices()

    private func publish(_ version: String) {
        let points = [
            RepoMap.Point(fullName: "a/go", language: "Go", stars: 9, isPrivate: false, x: 1, y: 0),
            RepoMap.Point(fullName: "a/none", language: nil, stars: 8, isPrivate: false, x: 0.5, y: 0.25),
            RepoMap.Point(fullName: "a/secret", language: "Zig", stars: 7, isPrivate: true, x: 0, y: 0),
            RepoMap.Point(fullName: "a/c", language: "C", stars: 6, isPrivate: false, x: 0, y: 1),
            RepoMap.Point(fullName: "a/c2", language: "C", stars: 5, isPrivate: false, x: 0, y: 0.1),
        ]
        services.map.map.withLock { $0 = RepoMap(version: version, points: points) }
    }

    @Test func `the first map is waited for by asking again`() async throws {
        let answer = try await services.api().ask(.get, "/map")
        #expect(answer.status == 202)
        #expect(answer.headers["Retry-After"] == "1")
        #expect(answer.text == #"{"state":"computing"}"#)
    }

    @Test func `the map is given column by column, without private repos`() async throws {
        publish("v1")
        let answer = try await services.api().ask(.get, "/map")
        #expect(answer.status == 200)
        #expect(
            answer.text
                == #"{"state":"ready","languages":["C","Go"],"x":[9999,5000,0,0],"y":[0,2500,9999,1000],"#
                + #""language":[1,null,0,0],"stars":[9,8,6,5],"full_name":["a/go","a/none","a/c","a/c2"],"regions":[]}"#
        )
    }

    @Test func `private repos are there for a key that sees them`() async throws {
        publish("v1")
        let api = services.api {
            $0.keys.all = ["plain"]
            $0.keys.privateSearch = ["special"]
        }
        let plain = try await api.ask(.get, "/map", headers: ["Authorization": "Bearer plain"])
        let special = try await api.ask(.get, "/map", headers: ["Authorization": "Bearer special"])
        #expect(!plain.text.contains("a/secret") && !plain.text.contains("Zig"))
        #expect(special.text.contains("a/secret"))
        #expect(plain.headers["ETag"] != special.headers["ETag"])
        #expect(try await api.ask(.get, "/map").status == 401)
    }

    @Test func `the map that the client has is not sent again`() async throws {
        publish("v1")
        let api = services.api()
        let tag = try #require(try await api.ask(.get, "/map").headers["ETag"])
        let same = try await api.ask(.get, "/map", headers: ["If-None-Match": tag])
        #expect(same.status == 304 && same.body.isEmpty)
        #expect(same.headers["ETag"] == tag)
        publish("v2")
        #expect(try await api.ask(.get, "/map", headers: ["If-None-Match": tag]).status == 200)
    }

    @Test(arguments: [
        (#"W/"a""#, true), (#""a""#, true), (#""x", W/"a" , "y""#, true), ("*", true), (#""b""#, false), ("", false),
        ("a", false), (#"w/"a""#, false),
    ])
    func `entity tags are compared weakly`(field: String, isNamed: Bool) {
        #expect(EntityTags.list(field, names: #"W/"a""#) == isNamed)
    }

    @Test func `an unknown parameter is refused`() async throws {
        #expect(try await services.api().ask(.get, "/map?x=1").status == 400)
    }
}
