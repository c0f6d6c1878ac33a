import EmbeddingCore
import HTTPClient
import Synchronization

/// GitHub's `GET /users/{username}/starred` as its documentation has it: pages, `Link`, ETags, statuses.
final class GitHubDouble: HTTPTransport {
    private struct Fault {
        var status: Int
        var headers: [(name: String, value: String)]
        var times: Int
    }

    private struct State {
        var stars: [Int] = []
        var faults: [Int: Fault] = [:]
        var requests: [String] = []
        var body: String?
        var redirects: [String: String] = [:]
        var afterFirstPage: (@Sendable (GitHubDouble) -> Void)?
    }

    private let state = Mutex(State())

    var requests: [String] { state.withLock(\.requests) }

    func star(_ ids: ClosedRange<Int>) { state.withLock { $0.stars += ids } }
    func unstar(_ id: Int) { state.withLock { $0.stars.removeAll { $0 == id } } }
    func forgetRequests() { state.withLock { $0.requests = [] } }
    func answerAlways(_ body: String) { state.withLock { $0.body = body } }
    func redirect(_ path: String, to place: String) { state.withLock { $0.redirects[path] = place } }
    func afterFirstPage(_ body: @escaping @Sendable (GitHubDouble) -> Void) {
        state.withLock { $0.afterFirstPage = body }
    }

    func fail(page: Int, status: Int, headers: [(name: String, value: String)] = [], times: Int) {
        state.withLock { $0.faults[page] = Fault(status: status, headers: headers, times: times) }
    }

    func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        let response = state.withLock { state -> HTTPClientResponse in
            state.requests.append(request.url)
            return Self.answer(request, &state)
        }
        let after = state.withLock { state -> (@Sendable (GitHubDouble) -> Void)? in
            guard Self.page(request.url) == 1 else { return nil }
            defer { state.afterFirstPage = nil }
            return state.afterFirstPage
        }
        after?(self)
        return response
    }

    private static func page(_ url: String) -> Int {
        let query = url.split(separator: "?").last ?? ""
        let item = query.split(separator: "&").first { $0.hasPrefix("page=") }
        return item.flatMap { Int($0.dropFirst(5)) } ?? 1
    }

    private static func answer(_ request: HTTPClientRequest, _ state: inout State) -> HTTPClientResponse {
        let page = page(request.url)
        if let place = state.redirects.first(where: { request.url.contains($0.key) })?.value {
            return HTTPClientResponse(status: 301, headers: [("Location", place)])
        }
        if var fault = state.faults[page], fault.times > 0 {
            fault.times -= 1
            state.faults[page] = fault
            return HTTPClientResponse(status: fault.status, headers: fault.headers)
        }
        if let body = state.body { return HTTPClientResponse(status: 200, body: Array(body.utf8)) }
        let ids = state.stars.dropFirst((page - 1) * 100).prefix(100)
        let etag = "W/\"\(ids.map(String.init).joined(separator: "."))\""
        if request.headers.contains(where: { $0.name == "If-None-Match" && $0.value == etag }) {
            return HTTPClientResponse(status: 304)
        }
        var headers: [(name: String, value: String)] = [("ETag", etag)]
        if state.stars.count > page * 100 { headers.append(("Link", "<https://api.example.com/x>; rel=\"next\"")) }
        let body = ids.map {
            #"{"id":\#($0),"full_name":"owner/repo\#($0)","html_url":"https://github.com/o/r\#($0)"}"#
        }
        return HTTPClientResponse(status: 200, headers: headers, body: Array("[\(body.joined(separator: ","))]".utf8))
    }
}

/// Keeps the numbers of what is upserted.
final class MemoryRepos: RepoStore {
    private let stored = Mutex<Set<Int>>([])

    var ids: Set<Int> { stored.withLock(\.self) }
    var publicOnly: any RepoStore { self }

    func ping() async throws(StoreError) {}

    func upsert(_ repos: [RepoUpdate]) async throws(StoreError) -> UpsertCounts {
        stored.withLock { stored in
            let new = Set(repos.compactMap(\.githubID)).subtracting(stored)
            stored.formUnion(new)
            return UpsertCounts(created: new.count, unchanged: repos.count - new.count)
        }
    }

    func page(of listing: RepoListing, after cursor: String?, limit: Int) async throws(StoreError) -> RepoPage {
        RepoPage(repos: [])
    }
    func repo(named fullName: String) async throws(StoreError) -> StoredRepo? { nil }
    func delete(named fullName: String) async throws(StoreError) -> Bool { false }
    func forget(_ repos: [RepoUpdate]) async throws(StoreError) -> Int { 0 }
    func rename(owner: String, to newOwner: String) async throws(StoreError) -> Int { 0 }
    func reprocess(named fullName: String, force: Bool) async throws(StoreError) -> Bool { false }
    func reprocess(_ scope: ReprocessScope, model: EmbeddingModel) async throws(StoreError) -> Int { 0 }
}

final class MemoryStarLists: StarListStore {
    private struct State {
        var lists: [String: StarList] = [:]
        var isHeld = false
        var isTakenElsewhere = false
        var deleted: Set<Int> = []
    }

    private let state = Mutex(State())

    var isHeld: Bool { state.withLock(\.isHeld) }
    var deleted: Set<Int> { state.withLock(\.deleted) }
    var isTakenElsewhere: Bool {
        get { state.withLock(\.isTakenElsewhere) }
        set { state.withLock { $0.isTakenElsewhere = newValue } }
    }

    func list(_ user: String) -> StarList { state.withLock { $0.lists[user] ?? StarList() } }

    func list(of user: String) async throws(StoreError) -> StarList { list(user) }

    func acquire(_ user: String) async throws(StoreError) -> Bool {
        state.withLock { state in
            state.isHeld = !state.isTakenElsewhere
            return state.isHeld
        }
    }

    func keep(_ list: StarList, of user: String) async throws(StoreError) { state.withLock { $0.lists[user] = list } }

    func release(_ user: String) async throws(StoreError) { state.withLock { $0.isHeld = false } }

    func delete(_ ids: Set<Int>, listedOnlyBy user: String) async throws(StoreError) -> Int {
        state.withLock { $0.deleted.formUnion(ids) }
        return ids.count
    }
}

/// How long it was to be waited, in order.
final class Waits: Sendable {
    private let durations = Mutex<[Duration]>([])

    var all: [Duration] { durations.withLock(\.self) }

    func add(_ duration: Duration) { durations.withLock { $0.append(duration) } }
}
