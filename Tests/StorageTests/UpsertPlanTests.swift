import DateTime
import EmbeddingCore
import SurrealDB
import Testing

@testable import Storage

/// Something that GitHub says about a repo.
struct RepoEvent: Sendable, CustomStringConvertible {
    var id: Int
    var name: String
    var time: Int
    var isDeletion = false

    var update: RepoUpdate {
        var update = RepoUpdate(fullName: name)
        update.githubID = id
        update.updatedAt = Timestamp(seconds: Int64(1_700_000_000 + time)).text
        update.stars = time
        return update
    }

    var description: String { "\(isDeletion ? "-" : "")\(id):\(name)@\(time)" }
}

/// The rows of the table, changed as the statement of a plan changes them.
private struct RepoTableModel {
    private var rows: [SurrealRecordID: [String: SurrealValue]] = [:]
    private var absences: [Int: Timestamp] = [:]

    mutating func take(_ event: RepoEvent) {
        let stored = rows.map { SurrealValue.object($1.merging(["id": .recordID($0)]) { $1 }) }
        var plan = UpsertPlan(rows: stored, absences: absences, random: Seeded(state: 1))
        if event.isDeletion { _ = plan.remove(event.update) } else { plan.add(event.update) }
        apply(plan.variables)
    }

    private mutating func apply(_ variables: [String: SurrealValue]) {
        func list(_ name: String) -> [SurrealValue] { variables[name]?.array ?? [] }
        for record in list("removed").compactMap(\.recordID) { rows[record] = nil }
        for entry in list("absent") {
            guard let identity = entry["identity"].recordID?.key[0].int else { continue }
            absences[identity] = Timestamp(entry["at"])
        }
        for row in list("new") {
            if let id = row["id"].recordID { rows[id] = row.object }
        }
        for change in list("changed") {
            if let id = change["id"].recordID { rows[id]?.merge(change["fields"].object ?? [:]) { $1 } }
        }
        for entry in list("identified") {
            if let identity = entry["identity"].recordID?.key[0].int { absences[identity] = nil }
        }
    }

    /// Number, name and the time of what is known of each row.
    var state: Set<String> {
        Set(
            rows.values.map { "\($0["github_id"]?.int ?? 0):\($0["full_name"]?.string ?? "")@\($0["stars"]?.int ?? 0)" }
        )
    }
}

@Suite struct UpsertPlanTests {
    private static let histories: [[RepoEvent]] = [
        // A repo is renamed, and its star is seen under the new name.
        [
            .init(id: 1, name: "a/old", time: 1), .init(id: 1, name: "a/new", time: 2),
            .init(id: 1, name: "a/new", time: 3),
        ],
        // Transferred and renamed in one, then back.
        [.init(id: 1, name: "a/x", time: 1), .init(id: 1, name: "b/y", time: 2), .init(id: 1, name: "a/x", time: 3)],
        // Another repo takes the name that was left.
        [
            .init(id: 1, name: "a/x", time: 1), .init(id: 1, name: "a/y", time: 2), .init(id: 2, name: "a/x", time: 3),
            .init(id: 2, name: "A/X", time: 4),
        ],
        // Deleted, and another takes the name.
        [
            .init(id: 1, name: "a/x", time: 1), .init(id: 1, name: "a/x", time: 2, isDeletion: true),
            .init(id: 2, name: "a/x", time: 3), .init(id: 2, name: "a/x", time: 4),
        ],
        // Two change names with each other, by way of a third.
        [
            .init(id: 1, name: "a/x", time: 1), .init(id: 2, name: "a/y", time: 2), .init(id: 1, name: "a/z", time: 3),
            .init(id: 2, name: "a/x", time: 4), .init(id: 1, name: "a/y", time: 5),
        ],
        // Deleted and made whole again.
        [
            .init(id: 1, name: "a/x", time: 1), .init(id: 1, name: "a/x", time: 2, isDeletion: true),
            .init(id: 1, name: "a/x", time: 3),
        ],
    ]

    private static func state(after events: [RepoEvent]) -> Set<String> {
        var table = RepoTableModel()
        for event in events { table.take(event) }
        return table.state
    }

    private static func permutations(_ events: [RepoEvent]) -> [[RepoEvent]] {
        guard events.count > 1 else { return [events] }
        return events.indices.flatMap { index in
            var rest = events
            let first = rest.remove(at: index)
            return permutations(rest).map { [first] + $0 }
        }
    }

    @Test(arguments: histories)
    func `every order ends in the same state`(history: [RepoEvent]) {
        let expected = Self.state(after: history)
        for order in Self.permutations(history) {
            #expect(Self.state(after: order) == expected, "\(order)")
            for repeated in order {
                #expect(Self.state(after: order + [repeated]) == expected, "\(order), \(repeated)")
            }
        }
    }

    /// What is lost is lost, in whatever order the rest comes; and no name is ever that of two.
    @Test(arguments: histories)
    func `every loss ends in the same state`(history: [RepoEvent]) {
        for lost in history.indices {
            var rest = history
            rest.remove(at: lost)
            let expected = Self.state(after: rest)
            for order in Self.permutations(rest) { #expect(Self.state(after: order) == expected, "\(order)") }
            let names = expected.map { $0.split(separator: ":")[1].split(separator: "@")[0].lowercased() }
            #expect(Set(names).count == names.count)
        }
    }

    @Test func `random histories leave one row for a name and a number`() {
        var random = Seeded(state: 20_261_129)
        for _ in 0..<300 {
            var table = RepoTableModel()
            for time in 0..<12 {
                let event = RepoEvent(
                    id: Int.random(in: 1...3, using: &random),
                    name: "a/\(["x", "y", "z"].randomElement(using: &random) ?? "x")",
                    time: Int.random(in: 0...time, using: &random),
                    isDeletion: Int.random(in: 0..<6, using: &random) == 0
                )
                table.take(event)
                let parts = table.state.map { $0.split(separator: "@")[0].split(separator: ":") }
                #expect(Set(parts.map { $0[0] }).count == parts.count)
                #expect(Set(parts.map { $0[1] }).count == parts.count)
            }
        }
    }

    /// Closing access does not depend on clocks.
    @Test func `an older update that closes access counts`() {
        var plan = UpsertPlan(
            rows: [
                [
                    "id": .recordID(UpsertPlan.id(named: "a/x")), "full_name": "a/x", "github_id": 1,
                    "updated_at": .string("2026-01-02T00:00:00Z"), "is_private": false, "stars": 5,
                ]
            ],
            random: Seeded(state: 1)
        )
        var update = RepoEvent(id: 1, name: "a/x", time: 0).update
        update.isPrivate = true
        plan.add(update)
        #expect(plan.variables["changed"]?[0]["fields"] == ["is_private": true])
    }
}
