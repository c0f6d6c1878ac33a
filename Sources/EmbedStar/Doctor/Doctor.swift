import DateTime
import EmbeddingCore
import EventLoop
import Server
import Settings
import Storage
import SurrealDB

/// Looks at everything that the service needs, one thing after the other, without changing anything.
struct Doctor {
    /// Clocks further apart than this confuse leases and logs, in seconds.
    private static let tolerableSkew = 5.0
    /// How long the provider may take for one short text.
    private static let providerPatience: Duration = .seconds(20)

    let settings: SettingValues
    let descriptors: DescriptorBudget
    let storage: SurrealStorage
    /// Made when it is looked at: a missing model is a finding like any other.
    let embeddings: () throws -> any EmbeddingService

    /// All findings, in the order of the checks; `report` gets each as it is made.
    func examine(report: (Finding) -> Void) async -> [Finding] {
        var findings: [Finding] = []
        func note(_ finding: Finding) {
            findings.append(finding)
            report(finding)
        }
        note(await database())
        let isReachable = findings[0].verdict != .bad
        var hasTables = false
        if isReachable {
            let (schema, version) = await self.schema()
            hasTables = version > 0
            note(schema)
            note(await rights())
            if hasTables { note(await vectorIndex()) }
            note(await clock())
        }
        let (provider, model) = await self.provider()
        note(provider)
        if let model, hasTables {
            note(await modelInUse(model))
            note(await storedVectors(model))
        }
        note(PortCheck.finding(host: settings[ServerSettings.host], port: settings[ServerSettings.port]))
        if let port = settings[ServerSettings.monitoringPort], ServerSettings.hasMonitoringPort(settings) {
            note(PortCheck.finding(host: settings[ServerSettings.host], port: port, isMonitoring: true))
        }
        note(Self.descriptorFinding(descriptors, wanted: settings[ServerSettings.maxConnections]))
        return findings
    }

    static func descriptorFinding(_ budget: DescriptorBudget, wanted: Int) -> Finding {
        let share = "\(budget.limit) may be open, which allows \(budget.service) client connections"
        guard budget.service < wanted else { return .good("files", share) }
        return .doubtful(
            "files",
            "\(share), where MAX_CONNECTIONS is \(wanted)",
            remedy: "raise the limit of open files (ulimit -n, LimitNOFILE=, --ulimit nofile=)"
        )
    }

    private func database() async -> Finding {
        do {
            _ = try await storage.serverTime()
            return .good("database", "\(try await storage.serverVersion()) at \(settings[DatabaseSettings.url])")
        } catch {
            return Self.finding(for: error, settings)
        }
    }

    /// - Returns: the version too; 0 when there is none, or none that can be read.
    private func schema() async -> (Finding, version: Int) {
        do {
            let (found, wanted) = try await storage.schemaVersion()
            if found == wanted, let fault = try await storage.schemaFault() {
                let remedy = "none needed: a running `embed-star serve` restores it within seconds, or at its start"
                return (.bad("schema", fault, remedy: remedy), found)
            }
            guard found < wanted else { return (.good("schema", "version \(found)"), found) }
            let finding = Finding.doubtful(
                "schema",
                found == 0 ? "not created yet" : "version \(found) of \(wanted)",
                remedy: "none needed: `embed-star serve` migrates it when it starts"
            )
            return (finding, found)
        } catch {
            return (Self.finding(for: error, settings), 0)
        }
    }

    private func rights() async -> Finding {
        let user = "DB_USER (now \(settings[DatabaseSettings.user]))"
        do {
            if try await storage.mayWrite() { return .good("rights", "\(user) may define tables and write") }
            return .bad(
                "rights",
                "\(user) may only read",
                remedy: "give it the role EDITOR: DEFINE USER OVERWRITE … ON DATABASE … ROLES EDITOR"
            )
        } catch {
            return Self.finding(for: error, settings)
        }
    }

    private func vectorIndex() async -> Finding {
        do {
            return Self.finding(for: try await storage.vectorIndexCondition())
        } catch {
            return Self.finding(for: error, settings)
        }
    }

    private func clock() async -> Finding {
        do {
            return Self.clockFinding(own: Timestamp.now.secondsSince1970, database: try await storage.serverTime())
        } catch {
            return Self.finding(for: error, settings)
        }
    }

    /// - Parameters: both in seconds since 1970.
    static func clockFinding(own: Double, database: Double) -> Finding {
        let skew = own - database
        guard abs(skew) > tolerableSkew else { return .good("clock", "agrees with the database's") }
        return .doubtful(
            "clock",
            "\(HumanText.duration(seconds: skew.magnitude)) \(skew > 0 ? "ahead of" : "behind") the database's",
            remedy: "synchronise both machines' clocks (NTP): leases end too early or too late"
        )
    }

    private func provider() async -> (Finding, EmbeddingModel?) {
        do {
            let service = try embeddings()
            let request = EmbeddingRequest(
                inputs: [.text("doctor")],
                deadline: ContinuousClock.now.advanced(by: Self.providerPatience)
            )
            let result = try await service.embed(request)
            if case .failure(let error)? = result.embeddings.first { throw error }
            return (.good("provider", "\(result.model.fingerprint) gives vectors"), result.model)
        } catch let error as EmbeddingError {
            return (Self.finding(for: error, settings), nil)
        } catch {
            return (.bad("provider", "\(error)", remedy: "look at the log with LOG_LEVEL=debug"), nil)
        }
    }

    private func modelInUse(_ model: EmbeddingModel) async -> Finding {
        do {
            let own = storage.models.name(model)
            guard let current = try await storage.models.current() else {
                return .good("model", "no model is in use yet; \(own) would be")
            }
            let use = "\(current.name) is in use, by \(current.replicas) running replicas"
            guard current.name != own else { return .good("model", use) }
            guard current.replicas > 0 else { return .good("model", "\(use); \(own) takes over") }
            return .doubtful(
                "model",
                "\(use); these settings mean \(own), with which no repos are embedded",
                remedy: "configure all replicas alike, or switch to this one with `embed-star model use`"
            )
        } catch {
            return Self.finding(for: error, settings)
        }
    }

    private func storedVectors(_ model: EmbeddingModel) async -> Finding {
        do {
            let statistics = try await storage.jobs.statistics(model: model) ?? QueueStatistics()
            let share = "\(statistics.embedded) of \(statistics.total) repos have a vector of \(model.fingerprint)"
            guard let other = try await storage.otherFingerprint(than: model) else { return .good("vectors", share) }
            return .doubtful(
                "vectors",
                "\(share); others have one of \(other), which search does not compare with them",
                remedy:
                    "`embed-star serve` or `drain` embeds those again; to keep them instead, set EMBEDDING_PROVIDER, "
                    + "EMBEDDING_MODEL and EMBEDDING_DIMENSIONS as they were"
            )
        } catch {
            return Self.finding(for: error, settings)
        }
    }
}
