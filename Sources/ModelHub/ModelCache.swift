import Crypto
import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The folder where fetched models are kept: `owner/name/COMMIT/` holds a model, `owner/name/refs/REVISION` the commit
/// that a branch or tag was when it was fetched, and so is from then on.
package struct ModelCache: Sendable {
    package let path: String

    package init(path: String) { self.path = path }

    /// The model that a reference means here; nil when it has not been fetched.
    package func model(_ reference: ModelReference) -> CachedModel? {
        let commit = commit(of: reference) ?? reference.revision
        guard Self.isCommit(commit) else { return nil }
        return CachedModel(folder: folder(reference, commit))
    }

    /// All models, by name.
    package func models() -> [CachedModel] {
        names(in: path).flatMap { owner in
            names(in: "\(path)/\(owner)").flatMap { name in
                names(in: "\(path)/\(owner)/\(name)").filter(Self.isCommit).compactMap {
                    CachedModel(folder: "\(path)/\(owner)/\(name)/\($0)")
                }
            }
        }
    }

    /// What is wrong with the files of a model, a line each; empty when they are as they were fetched.
    package func faults(of model: CachedModel) -> [String] {
        model.files.compactMap { file in
            let path = "\(model.folder)/\(file.path)"
            guard let size = Self.size(of: path) else { return "\(file.path) is missing" }
            guard size == file.size else { return "\(file.path) has \(size) bytes in place of \(file.size)" }
            guard let digest = try? Self.sha256(of: path) else { return "\(file.path) cannot be read" }
            return digest == file.sha256 ? nil : "\(file.path) has another SHA-256 than when it was fetched"
        }
    }

    /// Removes all that there is of a model, also what was fetched of it in part. A process that has it loaded keeps it.
    /// - Returns: false when there was nothing.
    /// - Throws: `.busy` while it is fetched, `.storage`.
    package func remove(_ reference: ModelReference) async throws(HubError) -> Bool {
        guard names(in: directory(reference)).contains(where: { $0 != Self.lockName }) else { return false }
        let lock = try await lock(reference, patience: .seconds(1)) {}
        defer { withExtendedLifetime(lock) {} }
        for name in names(in: directory(reference)) where name != Self.lockName {
            do { try FileManager.default.removeItem(atPath: "\(directory(reference))/\(name)") } catch {
                throw HubError(.storage, "cannot remove \(directory(reference))/\(name): \(error)")
            }
        }
        return true
    }

    private static let lockName = "lock"

    func lock(
        _ reference: ModelReference,
        patience: Duration,
        waiting: () -> Void
    ) async throws(HubError) -> CacheLock {
        try makeFolder(directory(reference))
        return try await CacheLock(
            path: "\(directory(reference))/\(Self.lockName)",
            patience: patience,
            waiting: waiting
        )
    }

    func folder(_ reference: ModelReference, _ commit: String) -> String { "\(directory(reference))/\(commit)" }

    /// Notes what commit a revision is.
    /// - Throws: `.diskFull`, `.storage`.
    func record(_ commit: String, for reference: ModelReference) throws(HubError) {
        try makeFolder("\(directory(reference))/refs")
        try write(Array(commit.utf8), to: refPath(reference))
    }

    /// Writes a small file, whole or not at all.
    /// - Throws: `.diskFull`, `.storage`.
    func write(_ bytes: [UInt8], to path: String) throws(HubError) {
        let file = try PartialFile(path: path + ".new")
        try file.clear()
        try file.append(bytes)
        try file.flush()
        try move(path + ".new", to: path)
    }

    /// - Throws: `.storage`.
    func move(_ source: String, to destination: String) throws(HubError) {
        guard rename(source, destination) == 0 else { throw .system("create", destination) }
    }

    /// - Throws: `.diskFull`, `.storage`.
    func makeFolder(_ path: String) throws(HubError) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw HubError(.storage, "cannot create \(path): \(error); MODEL_CACHE names another place")
        }
    }

    static func size(of path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
    }

    static func sha256(of path: String) throws(HubError) -> String {
        try FileDigest.digest(of: PartialFile(reading: path), SHA256())
    }

    /// Bytes that may still be written; nil when nobody knows.
    func room() -> Int? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        return Int(
            clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue
        )
    }

    private func directory(_ reference: ModelReference) -> String { "\(path)/\(reference.id)" }

    private func refPath(_ reference: ModelReference) -> String {
        "\(directory(reference))/refs/\(reference.revision.split(separator: "/").joined(separator: "%2F"))"
    }

    private func commit(of reference: ModelReference) -> String? {
        PartialFile.content(of: refPath(reference), limit: 4096).map { String(decoding: $0, as: UTF8.self) }
    }

    private func names(in path: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    }

    private static func isCommit(_ text: String) -> Bool { text.utf8.count == 40 && text.utf8.allSatisfy(isHexDigit) }
}
