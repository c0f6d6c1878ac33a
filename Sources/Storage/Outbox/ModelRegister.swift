import DateTime
package import EmbeddingCore
import SurrealDB

/// The record `embed_star:model`: the model that the rows are embedded with, and the replicas that do it, each until a time
/// that it puts off while it lives. Replicas of another model are on standby: one of them takes over when all that embed have
/// left, or when it is told to.
package struct ModelRegister: Sendable {
    let database: Database
    /// Tells this process from others.
    let owner: String
    /// What the vectors depend on beside the model; empty for what is usual.
    let textForm: String

    /// Until this long after `use` a replica of that model may come; the first that does takes the reservation's place.
    package static let reservation = Duration.seconds(60)

    /// Enters this replica, for `lease`, among those that embed if its model is in use, or comes into use, else among those
    /// on standby.
    /// - Parameters:
    ///   - model: nil while it is not known.
    ///   - takesOver: whether it comes into use also when the others have gone without leaving.
    func attend(model: EmbeddingModel?, lease: Duration, takesOver: Bool) async throws(StoreError) -> SharedState {
        let answer = try await database.value(
            Self.attend,
            [
                "owner": .string(owner), "name": SurrealValue(model.map(name)),
                "fingerprint": SurrealValue(model?.fingerprint), "lease": .duration(lease),
                "half": .duration(lease / 2), "takesOver": .bool(takesOver),
            ]
        )
        var state = SharedState(pause: Self.pause(answer["pipeline"]), epoch: answer["epoch"].string ?? "")
        if let model, let inUse = answer["name"].string, inUse != name(model) {
            state.model = .other(name: inUse, isHeld: answer["isHeld"].bool ?? false)
        }
        state.replicas = Replicas(embedding: Self.owners(answer["embedding"]), standby: Self.owners(answer["standby"]))
        return state
    }

    private static func owners(_ list: SurrealValue) -> [String] {
        (list.array ?? []).compactMap { $0["owner"].string }.sorted()
    }

    private static func pause(_ row: SurrealValue) -> PipelinePause? {
        guard row["paused"].bool == true else { return nil }
        return PipelinePause(since: Timestamp(row["paused_at"])?.text, by: row["paused_by"].string)
    }

    /// Takes this replica out, so that others need not wait until its time is over.
    func leave() async throws(StoreError) {
        _ = try await database.run(
            """
            UPDATE embed_star:model SET replicas = replicas[WHERE owner != $owner],
              standby = (standby ?? [])[WHERE owner != $owner] WHERE replicas != NONE RETURN NONE
            """,
            ["owner": .string(owner)],
            timeout: .seconds(2)
        )
    }

    /// Brings `model` into use: replicas of other models embed no more rows, those of this one begin to.
    package func use(_ model: EmbeddingModel) async throws(StoreError) {
        _ = try await database.run(
            """
            UPSERT embed_star:model SET name = $name, fingerprint = $fingerprint,
              replicas = [{ owner: $owner, until: time::now() + $reservation, isReserved: true }] RETURN NONE
            """,
            [
                "name": .string(name(model)), "fingerprint": .string(model.fingerprint), "owner": .string(owner),
                "reservation": .duration(Self.reservation),
            ]
        )
    }

    /// The model in use, and how many replicas embed with it; nil before the first.
    package func current() async throws(StoreError) -> (name: String, replicas: Int)? {
        let row = try await database.value(
            """
            SELECT name, array::len((replicas ?? [])[WHERE until > time::now() AND isReserved != true]) AS replicas FROM [embed_star:model]
            """
        )[0]
        return row["name"].string.map { ($0, row["replicas"].count ?? 0) }
    }

    /// What a model is known by among replicas.
    package func name(_ model: EmbeddingModel) -> String {
        textForm.isEmpty ? model.fingerprint : "\(model.fingerprint) with \(textForm)"
    }

    /// The record is written when something changes in it, and when half of our time is over.
    private static let attend = """
        {
          LET $found = (SELECT * FROM [embed_star:model])[0];
          LET $others = ($found.replicas ?? [])[WHERE owner != $owner];
          LET $held = $others[WHERE until > time::now()];
          LET $embedding = $held[WHERE isReserved != true];
          LET $standby = ($found.standby ?? [])[WHERE owner != $owner AND until > time::now()];
          LET $isOwn = $name != NONE AND $found.name = $name;
          LET $comes = $name != NONE AND !$isOwn
            AND (array::len($others) = 0 OR ($takesOver AND array::len($held) = 0));
          LET $embeds = $isOwn OR $comes;
          LET $waits = $name != NONE AND !$embeds;
          LET $list = IF $waits { $found.standby } ELSE { $found.replicas };
          LET $place = ($list ?? [])[WHERE owner = $owner][0];
          LET $own = [{ owner: $owner, until: time::now() + $lease }];
          LET $isDue = $comes OR $place = NONE OR $place.until < time::now() + $half;
          LET $nowEmbedding = IF $comes { $own } ELSE IF $embeds { array::concat($embedding, $own) } ELSE { $embedding };
          LET $nowStandby = IF $waits { array::concat($standby, $own) } ELSE { $standby };
          IF $embeds AND $isDue {
            UPSERT embed_star:model SET name = $name, fingerprint = $fingerprint, replicas = $nowEmbedding,
              standby = $nowStandby RETURN NONE;
          };
          IF $waits AND $isDue {
            UPDATE embed_star:model SET replicas = $others, standby = $nowStandby RETURN NONE;
          };
          RETURN {
            name: IF $comes { $name } ELSE { $found.name }, isHeld: array::len($held) > 0,
            embedding: $nowEmbedding, standby: $nowStandby,
            pipeline: (SELECT paused, paused_at, paused_by FROM [embed_star:pipeline])[0], epoch: \(Epoch.current)
          };
        }
        """
}
