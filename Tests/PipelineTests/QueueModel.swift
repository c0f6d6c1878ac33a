import EmbeddingCore

/// The job queue as the database keeps it, in memory and with a clock that is set by hand.
struct QueueModel {
    struct Row {
        var document: Document
        var vector: Embedding?
        var fingerprint: String?
        var textHash: String?
        /// How often a vector was stored.
        var writes = 0
    }

    struct Job {
        var attempts = 0
        var dueAt: Duration
        var token: ClaimToken?
        var error: String?
        var isDead = false
        var isExcluded = false
        var isForced = false
    }

    var now: Duration = .zero
    private(set) var rows: [DocumentID: Row] = [:]
    private(set) var jobs: [DocumentID: Job] = [:]
    var pause: PipelinePause?
    var epoch = 0
    /// The model in use, and until when each replica that embeds with it is there.
    private(set) var modelInUse: String?
    private(set) var attendance: [Int: Duration] = [:]

    static func id(_ number: Int) -> DocumentID { DocumentID(encoded: [UInt8(number >> 8), UInt8(number & 255)]) }

    /// What the transactional outbox does on every change of a row.
    mutating func upsert(_ document: Document, force: Bool = false) {
        let id = document.id
        rows[id, default: Row(document: document)].document = document
        jobs[id] = Job(dueAt: now, isForced: force)
    }

    /// A row from before the outbox.
    mutating func insertWithoutJob(_ document: Document) { rows[document.id] = Row(document: document) }

    mutating func delete(_ id: DocumentID) {
        rows[id] = nil
        jobs[id] = nil
    }

    mutating func claim(limit: Int, lease: Duration, token: ClaimToken) -> [EmbeddingJob] {
        let due = jobs.filter { $0.value.dueAt <= now && !$0.value.isDead && !$0.value.isExcluded }
            .sorted {
                ($0.value.dueAt, $0.key.encoded[0], $0.key.encoded[1]) < (
                    $1.value.dueAt, $1.key.encoded[0], $1.key.encoded[1]
                )
            }
        return due.prefix(limit).compactMap { id, job in
            guard let row = rows[id] else { return nil }
            jobs[id]?.token = token
            jobs[id]?.attempts += 1
            jobs[id]?.dueAt = now + lease
            return EmbeddingJob(
                document: row.document,
                attempts: job.attempts + 1,
                isForced: job.isForced,
                storedFingerprint: row.fingerprint,
                storedTextHash: row.textHash
            )
        }
    }

    mutating func complete(_ completions: [JobCompletion], token: ClaimToken, model: EmbeddingModel) -> Int {
        completions.count { !complete($0, token: token, model: model) }
    }

    private mutating func complete(_ completion: JobCompletion, token: ClaimToken, model: EmbeddingModel) -> Bool {
        let id = completion.job.id
        guard var job = jobs[id], job.token == token else { return false }
        job.token = nil
        switch completion.outcome {
        case .embedded(let vector):
            rows[id]?.vector = vector
            rows[id]?.fingerprint = model.fingerprint
            rows[id]?.textHash = completion.job.document.textHash
            rows[id]?.writes += 1
            jobs[id] = nil
            return true
        case .unchanged:
            jobs[id] = nil
            return true
        case .retry(let delay, let error):
            job.dueAt = now + delay
            job.error = error
        case .deadLetter(let error):
            job.isDead = true
            job.error = error
        case .excluded:
            job.isExcluded = true
        case .released(let delay):
            job.attempts -= 1
            job.dueAt = now + delay
        }
        jobs[id] = job
        return true
    }

    mutating func renew(_ renewed: [EmbeddingJob], lease: Duration, token: ClaimToken) {
        for job in renewed where jobs[job.id]?.token == token { jobs[job.id]?.dueAt = now + lease }
    }

    mutating func backfill(after cursor: DocumentID?, limit: Int, model: EmbeddingModel) -> (
        next: DocumentID?, enqueued: Int
    ) {
        let order = rows.keys.sorted { $0.encoded.lexicographicallyPrecedes($1.encoded) }
        let page = order.filter { id in cursor.map { $0.encoded.lexicographicallyPrecedes(id.encoded) } ?? true }
            .prefix(limit)
        let lacking = page.filter { id in
            guard jobs[id] == nil, let row = rows[id] else { return false }
            return row.fingerprint != model.fingerprint || row.textHash != row.document.textHash
        }
        for id in lacking { jobs[id] = Job(dueAt: now) }
        return (page.count == limit ? page.last : nil, lacking.count)
    }

    mutating func attend(
        _ owner: Int,
        model: EmbeddingModel?,
        lease: Duration,
        takesOver: Bool
    ) -> SharedState {
        let isHeld = attendance.contains { $0.key != owner && $0.value > now }
        let others = attendance.filter { $0.key != owner }
        if let name = model?.fingerprint {
            if name == modelInUse || others.isEmpty || (takesOver && !isHeld) {
                attendance = name == modelInUse ? others.filter { $0.value > now } : [:]
                modelInUse = name
                attendance[owner] = now + lease
            } else {
                attendance[owner] = nil
            }
        }
        let isOwn = model == nil || model?.fingerprint == modelInUse
        let found = isOwn ? ModelInUse.own : .other(name: modelInUse ?? "", isHeld: isHeld)
        return SharedState(pause: pause, model: found, epoch: "\(epoch)")
    }

    mutating func leave(_ owner: Int) { attendance[owner] = nil }

    /// What `embed-star model use` does.
    mutating func use(_ model: EmbeddingModel, reservedFor time: Duration) {
        modelInUse = model.fingerprint
        attendance = [-1: now + time]
    }

    mutating func resumeExcluded() -> Int {
        let parked = jobs.filter(\.value.isExcluded).keys
        for id in parked {
            jobs[id]?.isExcluded = false
            jobs[id]?.dueAt = now
        }
        return parked.count
    }

    /// A row as a backup has it, with the vector of another text; nobody is told.
    mutating func restore(_ document: Document) {
        rows[document.id, default: Row(document: document)].document = document
    }

    func statistics(model: EmbeddingModel?) -> QueueStatistics {
        QueueStatistics(
            pending: jobs.values.count { !$0.isDead && !$0.isExcluded },
            leased: jobs.values.count { $0.token != nil && $0.dueAt > now },
            failed: jobs.values.count(where: \.isDead),
            excluded: jobs.values.count(where: \.isExcluded),
            embedded: rows.values.count { $0.fingerprint == model?.fingerprint ?? modelInUse },
            total: rows.count
        )
    }
}
