import FoundationEssentials
import JSON

/// A model in the cache: whole and checked, at one commit.
package struct CachedModel: Sendable, Hashable {
    /// A file and what it held when it was fetched.
    package struct File: Sendable, Hashable {
        package let path: String
        package let size: Int
        /// In lower-case hex.
        package let sha256: String
    }

    /// What is written last into a model's folder, and says that it is whole.
    static let manifest = "manifest.json"

    /// `owner/name`.
    package let id: String
    /// The branch, tag or commit it was fetched as.
    package let revision: String
    package let commit: String
    /// Whence it came.
    package let endpoint: String
    package let files: [File]
    package let folder: String

    package var size: Int { files.reduce(0) { $0 + $1.size } }

    init(id: String, revision: String, commit: String, endpoint: String, files: [File], folder: String) {
        self.id = id
        self.revision = revision
        self.commit = commit
        self.endpoint = endpoint
        self.files = files
        self.folder = folder
    }

    /// Nil when the folder holds no whole model.
    init?(folder: String) {
        guard let bytes = PartialFile.content(of: "\(folder)/\(Self.manifest)", limit: 16 << 20),
            let root = try? JSONValue(bytes), let id = root["model"]?.string,
            let revision = root["revision"]?.string, let commit = root["commit"]?.string,
            let endpoint = root["endpoint"]?.string, let entries = root["files"]?.array
        else { return nil }
        let files = entries.compactMap { entry -> File? in
            guard let path = entry["path"]?.string, HubFile.isPlain(path), let size = entry["size"]?.integer,
                let sha256 = entry["sha256"]?.string
            else { return nil }
            return File(path: path, size: size, sha256: sha256)
        }
        guard files.count == entries.count else { return nil }
        self.init(id: id, revision: revision, commit: commit, endpoint: endpoint, files: files, folder: folder)
    }

    /// The manifest's JSON, as `model show --json` prints it.
    package var json: [UInt8] {
        JSONWriter.object { writer in
            writer.member("model", id)
            writer.member("revision", revision)
            writer.member("commit", commit)
            writer.member("endpoint", endpoint)
            writer.key("files")
            writer.array { writer in
                for file in files {
                    writer.object { writer in
                        writer.member("path", file.path)
                        writer.member("size", file.size)
                        writer.member("sha256", file.sha256)
                    }
                }
            }
        }
    }
}
