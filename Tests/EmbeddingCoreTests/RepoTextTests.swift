import EmbeddingCore
import Testing

@Suite struct RepoTextTests {
    private let repo = Repo(fullName: "apple/swift", description: "A language", language: "C++", stars: 67_432)

    @Test func `holds the fields that trigger the outbox`() {
        #expect(
            repo.text() == """
                Repository: apple/swift
                Description: A language
                Language: C++
                Stars: 67000
                Owner: apple
                """
        )
    }

    @Test(arguments: [(0, "0"), (9, "9"), (99, "99"), (101, "100"), (1_299, "1200"), (541_915, "540000")])
    func `rounds stars to two digits`(stars: Int, text: String) {
        var repo = repo
        repo.stars = stars
        #expect(repo.text().contains("Stars: \(text)\n"))
    }

    @Test func `is the same while stars drift within the rounding`() {
        var drifted = repo
        drifted.stars += 300
        #expect(drifted.text() == repo.text())
        #expect(drifted.text(stars: .exact) != repo.text(stars: .exact))
    }

    @Test func `hashes as SHA 256`() {
        let document = Document(id: DocumentID(encoded: []), label: "a", text: "abc")
        #expect(document.textHash == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test(arguments: ["a/b", "Some-Org/some.repo_1"])
    func `accepts names`(name: String) { #expect(Repo.isValid(fullName: name)) }

    @Test(arguments: [
        "", "a", "a/", "/b", "a/b/c", "a/..", "a b/c", "ä/b", "a/b\0", String(repeating: "x", count: 140) + "/y",
    ])
    func `refuses names`(name: String) { #expect(!Repo.isValid(fullName: name)) }
}
