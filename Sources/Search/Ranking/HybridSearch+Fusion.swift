import EmbeddingCore

extension HybridSearch {
    /// Repos that fit all of several texts: by the mean of their scores for each, 0 for a text that does not bring them.
    func fusedSearch(_ texts: [String], _ query: SearchQuery) async throws(SearchError) -> SearchAnswer {
        let paging = try query.paging()
        var answers: [SearchAnswer] = []
        for text in texts {
            var single = query
            single.subject = .text(text)
            single.limit = Self.limits.upperBound
            single.cursor = nil
            answers.append(try await search(single))
        }
        guard var fused = answers.first else { throw .invalid("there is no query") }
        fused.hits = Self.fuse(answers.map(\.hits))
        fused.isWeak = answers.allSatisfy(\.isWeak)
        fused.next = nil
        if let degraded = answers.first(where: { $0.mode != query.mode }) {
            (fused.mode, fused.method, fused.reason) = (degraded.mode, degraded.method, degraded.reason)
        }
        let ranking = ResultPaging.Ranking(answer: fused, isCut: false)
        return try await paging.page { _ in ranking }
    }

    /// Best first. A repo's similarity is the greatest of those that it has.
    static func fuse(_ lists: [[SearchHit]]) -> [SearchHit] {
        var places: [String: Int] = [:]
        var fused: [SearchHit] = []
        for list in lists {
            for hit in list {
                var share = hit
                share.score /= Double(lists.count)
                if let place = places[hit.repo.fullName] {
                    fused[place].score += share.score
                    fused[place].similarity = [fused[place].similarity, hit.similarity].compactMap { $0 }.max()
                    fused[place].matched += hit.matched.filter { !fused[place].matched.contains($0) }
                } else {
                    places[hit.repo.fullName] = fused.count
                    fused.append(share)
                }
            }
        }
        return fused.sorted(by: >)
    }
}
