import Testing

@testable import ModelHub

struct HubRepositoryTests {
    private let commit = String(repeating: "c", count: 40)
    private let digest = String(repeating: "a", count: 64)

    private func read(_ text: String) throws(HubError) -> HubRepository {
        guard let reference = ModelReference("acme/x") else { throw HubError(.notFound, "") }
        return try HubRepository(Array(text.utf8), of: reference)
    }

    @Test func `a large file is named by its content and any other by git`() throws {
        let repository = try read(
            """
            {"sha":"\(commit)","siblings":[
              {"rfilename":"model.safetensors","size":7,"blobId":"\(commit)","lfs":{"sha256":"\(digest)","size":9}},
              {"rfilename":"1_Pooling/config.json","size":3,"blobId":"\(commit)"},{"rfilename":"README.md"}]}
            """
        )
        #expect(repository.commit == commit)
        #expect(repository["model.safetensors"]?.digest == .sha256(digest))
        #expect(repository["model.safetensors"]?.size == 9)
        #expect(repository["1_Pooling/config.json"]?.digest == .gitObject(commit))
        #expect(repository["README.md"]?.digest == nil && repository["README.md"]?.size == nil)
    }

    @Test(arguments: [
        "../x", "/etc/passwd", "a//b", ".git/config", "a/../b", "a\\\\b", "a b", "", "a/", "\\u0000", "ä",
    ])
    func `a file that could lie elsewhere is left out`(path: String) throws {
        #expect(try read(#"{"sha":"\#(commit)","siblings":[{"rfilename":"\#(path)"}]}"#).files.isEmpty)
    }

    @Test(arguments: ["9223372036854775807", "-1", "281474976710657", "1e300"])
    func `a size that no file has is none`(size: String) throws {
        let file = #"{"rfilename":"a","size":\#(size),"lfs":{"size":\#(size)}}"#
        #expect(try read(#"{"sha":"\#(commit)","siblings":[\#(file)]}"#)["a"]?.size == nil)
        #expect(ContentRange("bytes 0-1/\(size)")?.total == nil)
    }

    @Test(arguments: [
        "", "[]", "{}", #"{"sha":"main","siblings":[]}"#,
        #"{"sha":"../../../../../../../../../../../../../x","siblings":[]}"#,
        #"{"sha":"cccccccccccccccccccccccccccccccccccccccc"}"#,
        #"{"sha":"cccccccccccccccccccccccccccccccccccccccc","siblings":{}}"#,
    ])
    func `what is no description is refused`(text: String) {
        #expect(throws: HubError(.badResponse, "")) { try read(text) }
    }

    @Test(arguments: ["\"\(String(repeating: "a", count: 64))\"", "W/\"\(String(repeating: "a", count: 64))\""])
    func `digests come as entity tags`(tag: String) { #expect(FileDigest(tag) == .sha256(digest)) }

    @Test(arguments: ["", "\"\"", "abc", "\"\(String(repeating: "g", count: 64))\"", String(repeating: "a", count: 63)])
    func `other tags are no digests`(tag: String) { #expect(FileDigest(tag) == nil) }
}
