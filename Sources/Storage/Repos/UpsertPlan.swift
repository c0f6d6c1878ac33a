import DateTime
import EmbeddingCore
import SurrealDB

/// What an upsert has to write, worked out against the rows that are there. A repo is who it is by GitHub's number where
/// that is known: under another name its row moves, and a row of another number gives way where the name is newly its
/// own. What is older than what is known is dropped, so that the order in which things are heard does not matter.
struct UpsertPlan {
    /// A row as it is or is going to be.
    private struct Target {
        let id: SurrealRecordID
        var row: SurrealValue
        let isNew: Bool
        var changes: [String: SurrealValue] = [:]
        var isRemoved = false

        var name: String? { row["full_name"].string?.lowercased() }
        var identity: Int? { row["github_id"].int }
        var time: Timestamp? { Timestamp(row["updated_at"]) }
    }

    private var targets: [Target] = []
    private var byName: [String: Int] = [:]
    private var byIdentity: [Int: Int] = [:]
    /// When numbers that have no row were last seen.
    private var absences: [Int: Timestamp]
    private var newAbsences: Set<Int> = []
    private var taken: Set<SurrealRecordID> = []
    private var random: any RandomNumberGenerator
    private(set) var counts = UpsertCounts()

    /// - Parameters:
    ///   - rows: what is stored under any of the names and numbers.
    ///   - absences: when those of the numbers that have no row were last seen.
    init(rows: [SurrealValue], absences: [Int: Timestamp] = [:], random: any RandomNumberGenerator) {
        self.absences = absences
        self.random = random
        for row in rows {
            guard let id = row["id"].recordID, taken.insert(id).inserted else { continue }
            let target = Target(id: id, row: row, isNew: false)
            if let name = target.name, byName[name] == nil { byName[name] = targets.count }
            if let identity = target.identity, byIdentity[identity] == nil { byIdentity[identity] = targets.count }
            targets.append(target)
        }
    }

    /// - Parameter includingPrivate: whether private rows are there for whoever sends the update; otherwise they are left
    ///   as they are, and the answer is that of a name that is free.
    mutating func add(_ update: RepoUpdate, includingPrivate: Bool = true) {
        let update = update.withoutNulls
        let time = update.updatedAt.flatMap { Timestamp($0) }
        let own = target(of: update)
        let met = [own, byName[update.fullName.lowercased()]].compactMap(\.self)
        guard includingPrivate || !met.contains(where: { targets[$0].row["is_private"].bool == true }) else {
            counts.created += 1
            return
        }
        if isOutdated(update, time, own) { return addOutdated(update, own) }
        if let holder = byName[update.fullName.lowercased()], holder != own {
            guard givesWay(holder, to: update.githubID, time) else { return lose(update, time, own) }
            remove(holder, at: targets[holder].time)
        }
        if let own { change(own, update) } else { create(update) }
    }

    /// GitHub has deleted the repo. - Returns: whether there is such a row, and it is no newer.
    mutating func remove(_ update: RepoUpdate) -> Bool {
        let update = update.withoutNulls
        let time = update.updatedAt.flatMap { Timestamp($0) }
        guard let own = target(of: update) else {
            if let identity = update.githubID, let time { noteAbsence(identity, time) }
            return false
        }
        guard !isOutdated(update, time, own) else { return false }
        remove(own, at: time ?? targets[own].time)
        return true
    }

    /// By its number; else by a name, unless the row there is known to be another repo.
    private func target(of update: RepoUpdate) -> Int? {
        if let identity = update.githubID, let own = byIdentity[identity] { return own }
        for name in [update.formerName, update.fullName] {
            guard let name, let index = byName[name.lowercased()] else { continue }
            if targets[index].identity == nil || update.githubID == nil { return index }
        }
        return nil
    }

    private func isOutdated(_ update: RepoUpdate, _ time: Timestamp?, _ own: Int?) -> Bool {
        guard let time else { return false }
        if let own { return targets[own].time.map { time < $0 } ?? false }
        return update.githubID.flatMap { absences[$0] }.map { time <= $0 } ?? false
    }

    /// Nothing of it counts, but that access is closed: that does not depend on clocks.
    private mutating func addOutdated(_ update: RepoUpdate, _ own: Int?) {
        guard let own, update.isPrivate == true, targets[own].row["is_private"].bool != true else {
            counts.unchanged += 1
            return
        }
        counts.changed += 1
        set(own, "is_private", true)
    }

    /// Whether the name is no longer the holder's: a name belongs to one repo at a time.
    private func givesWay(_ holder: Int, to identity: Int?, _ time: Timestamp?) -> Bool {
        guard let time, let known = targets[holder].time, let other = targets[holder].identity else { return true }
        return known == time ? other < identity ?? 0 : known < time
    }

    /// The name has gone to another repo since, and what this one is called is not known.
    private mutating func lose(_ update: RepoUpdate, _ time: Timestamp?, _ own: Int?) {
        if let own {
            counts.changed += 1
            remove(own, at: time)
        } else {
            counts.unchanged += 1
            if let identity = update.githubID, let time { noteAbsence(identity, time) }
        }
    }

    private mutating func remove(_ index: Int, at time: Timestamp?) {
        targets[index].isRemoved = true
        if let name = targets[index].name, byName[name] == index { byName[name] = nil }
        guard let identity = targets[index].identity else { return }
        byIdentity[identity] = nil
        if let time { noteAbsence(identity, time) }
    }

    private mutating func noteAbsence(_ identity: Int, _ time: Timestamp) {
        absences[identity] = absences[identity].map { max($0, time) } ?? time
        newAbsences.insert(identity)
    }

    private mutating func change(_ index: Int, _ update: RepoUpdate) {
        let changes = RepoChanges.of(update, to: targets[index].row)
        guard !changes.isEmpty else {
            counts.unchanged += 1
            return
        }
        counts.changed += 1
        if let name = targets[index].name, byName[name] == index { byName[name] = nil }
        for (field, value) in changes { set(index, field, value) }
        enter(index)
    }

    private mutating func set(_ index: Int, _ field: String, _ value: SurrealValue) {
        var row = targets[index].row.object ?? [:]
        row[field] = value
        targets[index].row = .object(row)
        targets[index].changes[field] = value
    }

    private mutating func create(_ update: RepoUpdate) {
        var id = Self.id(named: update.fullName)
        if taken.contains(id) {
            id.key = .string("\(update.fullName.lowercased())#\(String(random.next(), radix: 36))")
        }
        counts.created += 1
        taken.insert(id)
        targets.append(Target(id: id, row: .object(RepoChanges.ofNew(update)), isNew: true))
        enter(targets.count - 1)
    }

    /// Makes a row found by what it is called now.
    private mutating func enter(_ index: Int) {
        if let name = targets[index].name { byName[name] = index }
        guard let identity = targets[index].identity else { return }
        byIdentity[identity] = index
        absences[identity] = nil
        newAbsences.remove(identity)
    }
}

/// What is written, as one statement, which is one transaction.
extension UpsertPlan {
    var isEmpty: Bool { newAbsences.isEmpty && !targets.contains { $0.isRemoved || $0.isNew || !$0.changes.isEmpty } }

    var variables: [String: SurrealValue] {
        let stay = targets.filter { !$0.isRemoved }
        let new = stay.filter(\.isNew).map {
            SurrealValue.object(($0.row.object ?? [:]).merging(["id": .recordID($0.id)]) { $1 })
        }
        let changed = stay.filter { !$0.isNew && !$0.changes.isEmpty }.map { target -> SurrealValue in
            ["id": .recordID(target.id), "fields": .object(target.changes)]
        }
        let identified = stay.compactMap { target -> SurrealValue? in
            guard let identity = target.identity, target.isNew || target.changes["github_id"] != nil else { return nil }
            return ["identity": .recordID(RepoIdentities.record(identity)), "id": .recordID(target.id)]
        }
        let embedded = stay.compactMap { target -> SurrealValue? in
            guard target.isNew || target.changes["embedding"] != nil, target.row["embedding"] != .none else {
                return nil
            }
            return ["id": .recordID(target.id), "fingerprint": target.row["embedding_fingerprint"]]
        }
        let absent = newAbsences.sorted().map { identity -> SurrealValue in
            ["identity": .recordID(RepoIdentities.record(identity)), "at": absences[identity]?.value ?? .none]
        }
        return [
            "removed": .array(targets.filter { $0.isRemoved && !$0.isNew }.map { .recordID($0.id) }),
            "absent": .array(absent), "new": .array(new), "changed": .array(changed), "identified": .array(identified),
            "embedded": .array(embedded),
            "retention": .duration(RepoIdentities.retention),
        ]
    }

    static let statement = """
        {
          DELETE $removed RETURN NONE;
          FOR $row IN $absent { \(RepoIdentities.noteAbsence("$row")) };
          INSERT INTO repo $new RETURN NONE;
          FOR $row IN $changed { UPDATE $row.id MERGE $row.fields RETURN NONE };
          FOR $row IN $embedded {
            \(ChangeLog.enter("$row.id", kind: "\"EMBED\"", ", fingerprint = $row.fingerprint"))
          };
          FOR $row IN $identified { \(RepoIdentities.enter("$row.identity", "$row.id")) };
        }
        """

    /// The record id of a repo that embed-star creates.
    static func id(named fullName: String) -> SurrealRecordID {
        SurrealRecordID(table: "repo", key: .string(fullName.lowercased()))
    }

    /// Where `fullName` is entered if its row has another id.
    static func nameID(_ fullName: String) -> SurrealRecordID {
        SurrealRecordID(table: "repo_name", key: .array([.string(fullName.lowercased())]))
    }

    /// About how many bytes an update takes in a request, at most.
    static func bytes(_ update: RepoUpdate) -> Int {
        let texts: [String?] = [
            update.fullName, update.fullName, update.fullName, update.formerName, update.owner,
            update.description ?? nil, update.language ?? nil, update.url,
        ]
        var bytes = 700
        for text in texts { bytes += text?.utf8.count ?? 0 }
        bytes += 5 * (update.embedding?.values.count ?? 0)
        for topic in update.topics ?? [] { bytes += topic.utf8.count + 9 }
        return bytes
    }
}
