import JSON

/// What the hub says about a model at a revision: `GET /api/models/{id}/revision/{revision}?blobs=true`.
struct HubRepository: Sendable {
    /// The commit that the revision stands for.
    let commit: String
    let files: [HubFile]
    /// Numbers in its weights, where the hub has counted them.
    let weights: Int?

    private static let mostFiles = 10_000

    /// - Throws: `.badResponse`.
    init(_ body: [UInt8], of reference: ModelReference) throws(HubError) {
        let root: JSONValue
        do { root = try JSONValue(body, keeping: ["sha", "siblings", "safetensors"]) } catch {
            throw Self.invalid(reference, "\(error)")
        }
        guard let sha = root["sha"]?.string, sha.utf8.count == 40, sha.utf8.allSatisfy(isHexDigit) else {
            throw Self.invalid(reference, "sha is not a commit")
        }
        guard let siblings = root["siblings"]?.array, siblings.count <= Self.mostFiles else {
            throw Self.invalid(reference, "siblings is not a list of at most \(Self.mostFiles) files")
        }
        commit = sha
        // A file whose name could lead elsewhere is none that we want.
        files = siblings.compactMap(HubFile.init)
        weights = root["safetensors"]?["total"]?.integer.flatMap { $0 > 0 ? $0 : nil }
    }

    subscript(path: String) -> HubFile? { files.first { $0.path == path } }

    private static func invalid(_ reference: ModelReference, _ reason: String) -> HubError {
        HubError(.badResponse, "the hub's answer about \(reference) cannot be understood: \(reason)")
    }
}

/// A file of a model on the hub.
struct HubFile: Sendable, Hashable {
    let path: String
    /// Nil when the hub tells when the file is fetched.
    var size: Int?
    var digest: FileDigest?

    /// Nil for a path that leads out of the folder, or that no file of ours has.
    init?(_ entry: JSONValue) {
        guard let path = entry["rfilename"]?.string, Self.isPlain(path) else { return nil }
        self.path = path
        let large = entry["lfs"]
        let bytes = large?["size"]?.integer ?? entry["size"]?.integer
        size = bytes.flatMap(Self.size)
        // Of a large file `blobId` names the pointer that Git holds.
        let name = large == nil || large == .null ? entry["blobId"] : large?["sha256"] ?? large?["oid"]
        digest = name?.string.flatMap(FileDigest.init)
    }

    /// A number of bytes that files have, so that those of a repository can be added up.
    static func size(_ bytes: Int) -> Int? { (0...(1 << 48)).contains(bytes) ? bytes : nil }

    static func isPlain(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return path.utf8.count <= 512 && path.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }
            && parts.allSatisfy { !$0.isEmpty && !$0.hasPrefix(".") }
    }
}

func isHexDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
    default: false
    }
}
