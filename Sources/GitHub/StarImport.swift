import DateTime
package import EmbeddingCore
import Ingest
import Retry

/// Reads a user's starred repos page by page into the store. Pages that have not changed cost nothing but a request; a
/// reading that was cut short continues where it was.
package struct StarImport: Sendable {
    /// More than anybody has starred.
    private static let mostPages = 10_000
    private static let pagesBetweenWrites = 10
    /// How often a page is asked for, and how often GitHub may say that it is too much.
    private static let attempts = 5
    private static let backoff = Backoff(base: .seconds(1), longest: .seconds(1 << attempts))

    private let pages: StarredPages
    private let repos: any RepoStore
    private let lists: any StarListStore
    private let sleep: @Sendable (Duration) async throws -> Void

    /// - Parameter sleep: waits; `Task.sleep` but in tests.
    package init(
        pages: StarredPages,
        repos: any RepoStore,
        lists: any StarListStore,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.pages = pages
        self.repos = repos
        self.lists = lists
        self.sleep = sleep
    }

    /// - Throws: `GitHubError`, `StoreError`, `CancellationError`; what was read stays, and the next run goes on there.
    package func run(
        _ request: StarImportRequest,
        onProgress: (StarImportProgress) -> Void
    ) async throws -> StarImportProgress {
        guard try await lists.acquire(request.user) else {
            throw GitHubError(.busy, "another process is importing the stars of \(request.user)")
        }
        var list = try await lists.list(of: request.user)
        var progress = StarImportProgress()
        do {
            try await read(&list, request, &progress, onProgress)
            if request.removesUnstarred { try await prune(&list, request, &progress, onProgress) }
            list.finishedAt = Int(Timestamp.now.seconds)
            try await lists.keep(list, of: request.user)
            try await lists.release(request.user)
        } catch {
            // A task that is cancelled sends nothing any more; what was read has to be kept all the same.
            await Task { [list] in
                try? await lists.keep(list, of: request.user)
                try? await lists.release(request.user)
            }.value
            throw error
        }
        return progress
    }

    /// Reads all pages from the list's position on, and ends with the position at 0.
    private func read(
        _ list: inout StarList,
        _ request: StarImportRequest,
        _ progress: inout StarImportProgress,
        _ onProgress: (StarImportProgress) -> Void
    ) async throws {
        var hasNext = true
        while hasNext {
            guard list.position < Self.mostPages else { throw GitHubError(.badResponse, "GitHub's pages have no end") }
            try Task.checkCancellation()
            hasNext = try await readPage(&list, request, &progress, onProgress)
            list.position += 1
            progress.pages += 1
            onProgress(progress)
            if list.position.isMultiple(of: Self.pagesBetweenWrites) { try await lists.keep(list, of: request.user) }
        }
        list.pages.removeLast(max(0, list.pages.count - list.position))
        list.listed.formUnion(list.pages.flatMap(\.ids))
        list.position = 0
    }

    /// - Returns: whether there is a page after it.
    private func readPage(
        _ list: inout StarList,
        _ request: StarImportRequest,
        _ progress: inout StarImportProgress,
        _ onProgress: (StarImportProgress) -> Void
    ) async throws -> Bool {
        let index = list.position
        let known = index < list.pages.count ? list.pages[index] : nil
        let (answer, body) = try await fetch(index + 1, known?.etag, request, &progress, onProgress)
        guard case .content(let etag, let hasNext) = answer else {
            progress.unchangedPages += 1
            guard let known else { throw GitHubError(.badResponse, "GitHub answered 304 for a page that is not known") }
            // A page that was the last may have got a next without changing, when it is full.
            return known.hasNext || known.ids.count >= StarredPages.perPage
        }
        let page = StarList.Page(etag: etag, ids: try await take(body, &progress), hasNext: hasNext)
        if index < list.pages.count { list.pages[index] = page } else { list.pages.append(page) }
        return hasNext
    }

    /// Stores the repos of a page. - Returns: their numbers.
    private func take(_ body: [UInt8], _ progress: inout StarImportProgress) async throws -> [Int] {
        var reader = RepoReader()
        reader.feed(body)
        reader.finish()
        guard reader.isList, !reader.isTorn, !reader.updates.isEmpty || reader.rejections.isEmpty else {
            throw GitHubError(.badResponse, "the answer is not a list of repos; check GITHUB_API_URL")
        }
        progress.rejected += reader.rejections.count
        progress.counts += try await repos.upsert(reader.updates)
        return reader.updates.compactMap(\.githubID)
    }

    /// A page, or that it has not changed; waits as GitHub asks, and asks again where that helps.
    private func fetch(
        _ number: Int,
        _ etag: String?,
        _ request: StarImportRequest,
        _ progress: inout StarImportProgress,
        _ onProgress: (StarImportProgress) -> Void
    ) async throws -> (GitHubAnswer, [UInt8]) {
        var last = GitHubError(.unavailable, "")
        for attempt in 0..<Self.attempts {
            let (answer, body) = try await pages.page(number, of: request.user, etag: etag)
            switch answer {
            case .content, .unchanged: return (answer, body)
            case .failed(let error): throw error
            case .moved: throw GitHubError(.badResponse, "GitHub redirects to another host; check GITHUB_API_URL")
            case .limited(let wait):
                last = GitHubError(.rateLimited, "GitHub keeps rejecting requests; try again later, or with a token")
                progress.waitingUntil = (Timestamp.now + wait).text
                onProgress(progress)
                try await sleep(wait)
                progress.waitingUntil = nil
                try await reacquire(request.user)
            case .fault(let words):
                last = GitHubError(.unavailable, words)
                if attempt + 1 < Self.attempts { try await sleep(Self.backoff.ceiling(ofAttempt: attempt + 1)) }
            }
        }
        throw last
    }

    /// After a wait the list may be free again, or another's.
    private func reacquire(_ user: String) async throws {
        guard try await lists.acquire(user) else {
            throw GitHubError(.busy, "another process has started to import the stars of \(user)")
        }
    }

    /// Deletes what the list has brought and no page holds any more. A star that is taken away while pages are read moves
    /// those after it, and one of them may stand on no page that is looked at: so all pages are read once more before
    /// anything is deleted.
    private func prune(
        _ list: inout StarList,
        _ request: StarImportRequest,
        _ progress: inout StarImportProgress,
        _ onProgress: (StarImportProgress) -> Void
    ) async throws {
        let suspects = Self.unlisted(list)
        guard !suspects.isEmpty else { return }
        try await read(&list, request, &progress, onProgress)
        let gone = suspects.intersection(Self.unlisted(list))
        let removed = try await lists.delete(gone, listedOnlyBy: request.user)
        progress.removed = removed
        list.listed.subtract(gone)
        onProgress(progress)
    }

    /// What the list has brought and none of its pages holds.
    private static func unlisted(_ list: StarList) -> Set<Int> { list.listed.subtracting(list.pages.flatMap(\.ids)) }
}
