import FoundationEssentials

/// Brings a model of the hub into the cache: its files beside the finished ones first, each checked against what the hub
/// calls it, then all at once in its place. What was fetched before an interruption is not fetched again.
package struct ModelFetch: Sendable {
    /// How far it has come.
    package struct Progress: Sendable, Hashable {
        package var file: String
        /// Bytes of all files that are there.
        package var done: Int
        /// Bytes of all files, as far as the hub has said.
        package var total: Int
    }

    /// What happens on the way.
    package enum Event: Sendable {
        /// Another process fetches the same model.
        case waiting
        case progress(Progress)
    }

    /// Bytes of one request: what an interruption costs at most.
    private static let pieceSize = 16 << 20
    /// The longest file that is taken whole, from a mirror that gives no parts.
    private static let largestWhole = 4 << 30
    /// How long another process may take for the same model.
    private static let patience = Duration.seconds(3600)

    /// Refuses a model by what describes it, which is in `folder`, and the numbers in its weights, at least so many.
    package typealias Check = @Sendable (_ folder: String, _ weights: Int) throws(HubError) -> Void

    private let hub: HubClient
    private let cache: ModelCache
    private let check: Check
    private let report: @Sendable (Event) -> Void

    /// - Parameter check: asked before the weights are fetched.
    package init(
        hub: HubClient,
        cache: ModelCache,
        check: @escaping Check,
        report: @escaping @Sendable (Event) -> Void
    ) {
        self.hub = hub
        self.cache = cache
        self.check = check
        self.report = report
    }

    /// - Throws: any `HubError`; what was fetched stays for the next try, but for what was not what the hub calls it.
    package func run(_ reference: ModelReference) async throws(HubError) -> CachedModel {
        let lock = try await cache.lock(reference, patience: Self.patience) { report(.waiting) }
        defer { withExtendedLifetime(lock) {} }
        let repository = try await hub.repository(reference)
        let folder = cache.folder(reference, repository.commit)
        if let model = CachedModel(folder: folder) {
            try cache.record(repository.commit, for: reference)
            return model
        }
        let partial = folder + ".partial"
        try cache.makeFolder(partial)
        let files = try await fetch(reference, repository, into: partial)
        let model = CachedModel(
            id: reference.id,
            revision: reference.revision,
            commit: repository.commit,
            endpoint: hub.endpoint,
            files: files,
            folder: folder
        )
        try cache.write(model.json, to: "\(partial)/\(CachedModel.manifest)")
        try cache.move(partial, to: folder)
        try cache.record(repository.commit, for: reference)
        return model
    }

    private func fetch(
        _ reference: ModelReference,
        _ repository: HubRepository,
        into folder: String
    ) async throws(HubError) -> [CachedModel.File] {
        let selection = FileSelection(reference: reference, repository: repository)
        var work = Work(reference: reference, commit: repository.commit, folder: folder)
        let descriptions = selection.descriptions(in: "")
        for file in descriptions { try await fetch(file, &work) }
        var folders = [""]
        if let modules = work.content(of: "modules.json") { folders += try selection.folders(modules) }
        var chosen = descriptions
        for folder in folders {
            let more = folder.isEmpty ? [] : selection.descriptions(in: folder)
            for file in more { try await fetch(file, &work) }
            let index = work.content(of: FileSelection.indexPath(in: folder))
            chosen += more + (try selection.weights(in: folder, index: index))
        }
        try selection.check(chosen)
        let weights = chosen.filter { file in !work.files.contains { $0.path == file.path } }
        let size = weights.reduce(0) { $0 + ($1.size ?? 0) }
        // No number takes more than four bytes.
        try check(folder, repository.weights ?? size / 4)
        work.total = work.done + size
        try checkRoom(for: weights, work)
        for file in weights { try await fetch(file, &work) }
        return work.files
    }

    /// What has been fetched of a model.
    private struct Work {
        let reference: ModelReference
        let commit: String
        let folder: String
        var files: [CachedModel.File] = []
        var total = 0

        init(reference: ModelReference, commit: String, folder: String) {
            self.reference = reference
            self.commit = commit
            self.folder = folder
        }

        var done: Int { files.reduce(0) { $0 + $1.size } }

        func path(_ file: HubFile) -> String { "\(folder)/\(file.path)" }

        /// The content of a file that has been fetched.
        func content(of path: String) -> [UInt8]? {
            guard files.contains(where: { $0.path == path }) else { return nil }
            return PartialFile.content(of: "\(folder)/\(path)", limit: 64 << 20)
        }
    }

    private func checkRoom(for files: [HubFile], _ work: Work) throws(HubError) {
        let needed = files.reduce(0) { $0 + ($1.size ?? 0) - (ModelCache.size(of: work.path($1)) ?? 0) }
        guard let room = cache.room(), needed > room else { return }
        throw HubError(
            .diskFull,
            "\(work.reference) needs \(needed) bytes in \(cache.path), where \(room) are free; make room or set MODEL_CACHE"
        )
    }

    /// Fetches a file, and checks it.
    private func fetch(_ file: HubFile, _ work: inout Work) async throws(HubError) {
        let path = work.path(file)
        if let slash = path.lastIndex(of: "/") { try cache.makeFolder(String(path[..<slash])) }
        let partial = try PartialFile(path: path)
        let isResumed = partial.size > 0
        var found = try await complete(file, partial, work)
        if isResumed, try !isSound(partial, found) {
            // What was there already may be of another time.
            try partial.clear()
            found = try await complete(file, partial, work)
        }
        guard try isSound(partial, found) else {
            try partial.clear()
            throw HubError(
                .corrupt,
                "\(file.path) of \(work.reference) does not match the hub's checksum and was removed; "
                    + "try again, and do not trust \(hub.endpoint) or what lies between if it happens twice"
            )
        }
        try partial.flush()
        let digest = try ModelCache.sha256(of: path)
        work.files.append(CachedModel.File(path: file.path, size: partial.size, sha256: digest))
        report(.progress(Progress(file: file.path, done: work.done, total: max(work.total, work.done))))
    }

    /// Fetches what is missing of a file, a piece at a time.
    /// - Returns: the file with what the hub has said of it.
    private func complete(_ file: HubFile, _ partial: PartialFile, _ work: Work) async throws(HubError) -> HubFile {
        var file = file
        if let size = file.size, partial.size > size { try partial.clear() }
        var isNamed = file.digest != nil
        while !isNamed || partial.size < file.size ?? .max {
            let piece = try await piece(of: file, from: partial.size, work)
            isNamed = true
            if piece.start == nil { try partial.clear() }
            guard (piece.start ?? 0) == partial.size, let size = file.size ?? piece.size else {
                throw HubError(.badResponse, "the hub returned another range of \(file.path) than requested")
            }
            file.size = size
            file.digest = file.digest ?? piece.digest
            guard partial.size + piece.bytes.count <= size, !piece.bytes.isEmpty || partial.size == size else {
                try partial.clear()
                throw HubError(
                    .corrupt,
                    "\(file.path) of \(work.reference) does not have the length that the hub reports"
                )
            }
            try partial.append(piece.bytes)
            report(.progress(Progress(file: file.path, done: work.done + partial.size, total: work.total)))
        }
        return file
    }

    private func piece(of file: HubFile, from start: Int, _ work: Work) async throws(HubError) -> HubClient.Piece {
        let range = start..<start + Self.pieceSize
        do {
            return try await hub.piece(
                of: file.path,
                range,
                limit: Self.pieceSize,
                commit: work.commit,
                work.reference
            )
        } catch  where error.code == .unsupported {
            let limit = min(file.size ?? Self.largestWhole, Self.largestWhole)
            return try await hub.piece(of: file.path, nil, limit: limit, commit: work.commit, work.reference)
        }
    }

    /// Whether the content is what the hub calls it. Weights must have been called something.
    private func isSound(_ partial: PartialFile, _ file: HubFile) throws(HubError) -> Bool {
        guard partial.size == file.size else { return false }
        guard let digest = file.digest else { return !file.path.hasSuffix(".safetensors") }
        return try digest.matches(partial)
    }
}
