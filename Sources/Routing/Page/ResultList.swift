import EmbeddingCore
import HTTP

/// Results as HTML.
struct ResultList: Sendable {
    let answer: SearchAnswer
    let place: PagePlace

    var html: String {
        guard !answer.hits.isEmpty else { return "<p class=\"note\">Nothing found. Other words may help.\(caveat)</p>" }
        let isFirst = place["cursor"] == nil
        let items = answer.hits.enumerated().map { Self.item($1, rank: isFirst ? "\($0 + 1)" : "") }.joined()
        let more = answer.next.map { "<p><a href=\"\(place.address(of: $0).escapedForHTML)\">More</a></p>" } ?? ""
        return "<p class=\"note\">\(note)</p><ol class=\"results\">\(items)</ol>\(more)"
    }

    private var note: String {
        let head = place.similar.map { "Nearest in meaning to \($0)." } ?? "Results for “\(place.title)”."
        let weak = answer.isWeak ? " Nothing matches well; these are the nearest." : ""
        return (head + weak).escapedForHTML + caveat
    }

    private var caveat: String {
        answer.reason.map { " \(($0.prefix(1).uppercased() + $0.dropFirst()).escapedForHTML)." } ?? ""
    }

    private static func item(_ hit: SearchHit, rank: String) -> String {
        let repo = hit.repo
        let about = repo.description.map { "<p class=\"about\" dir=\"auto\">\($0.escapedForHTML)</p>" } ?? ""
        let language = repo.language.map { "<span>\($0.escapedForHTML)</span>" } ?? ""
        let secret = repo.isPrivate ? "<span class=\"badge\">private</span>" : ""
        return """
            <li><span class="rank">\(rank)</span><div class="what">\
            <a class="name" rel="noreferrer" href="\(address(of: repo).escapedForHTML)">\
            <strong>\(repo.fullName.escapedForHTML)</strong></a>\(about)\
            <div class="facts">\(language)<span>★ \(grouped(repo.stars))</span>\(secret)</div></div>\
            <div class="side"><a href="./?similar=\(PercentEncoding.encode(repo.fullName))">Similar</a></div></li>
            """
    }

    /// 12,345.
    private static func grouped(_ number: Int) -> String {
        var digits = Array(String(number))
        for place in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(",", at: place) }
        return String(digits)
    }

    /// Of a repo that says none, or says what is no address of the web, GitHub's.
    private static func address(of repo: Repo) -> String {
        if let url = repo.url, url.hasPrefix("https://") || url.hasPrefix("http://") { return url }
        return "https://github.com/\(repo.fullName)"
    }
}
