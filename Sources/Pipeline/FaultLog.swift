import EmbeddingCore
import Logging

/// Logs an outage once when it begins and once when it ends, and dead letters once a write.
struct FaultLog {
    private let logger: Logger
    /// Whether nothing beside the pipeline says that the database is away.
    private let saysOutages: Bool
    private var store: StoreError?
    private var provider: EmbeddingError?
    private var other: String?
    private var storeFailedAt: ContinuousClock.Instant?

    init(logger: Logger, saysOutages: Bool) {
        self.logger = logger
        self.saysOutages = saysOutages
    }

    mutating func note(_ machine: inout PipelineMachine) {
        noteStore(machine.storeFault, at: machine.now)
        noteProvider(machine.providerFault)
        noteModel(machine)
        guard let first = machine.newDeadLetters.first else { return }
        logger.warning(
            "documents became dead letters",
            metadata: [
                "count": .stringConvertible(machine.newDeadLetters.count), "document": "\(first.label)",
                "error": "\(first.error)",
            ]
        )
        machine.newDeadLetters.removeAll()
    }

    /// What makes a drain pointless to continue with.
    func reasonToEndDrain(_ machine: PipelineMachine) -> (any Error)? {
        if machine.isPaused { return DrainError.paused }
        if let other = machine.tenure.other, machine.tenure.othersAreThere { return DrainError.otherModel(other) }
        if let error = machine.providerFault, error.isPermanent { return error }
        if let store, let storeFailedAt, machine.now - storeFailedAt > .seconds(60) { return store }
        return nil
    }

    private mutating func noteStore(_ fault: StoreError?, at now: ContinuousClock.Instant) {
        switch (store, fault) {
        case (nil, let fault?):
            storeFailedAt = now
            let level: Logger.Level = fault.isOutage && !saysOutages ? .debug : .error
            logger.log(level: level, "database requests fail; retrying", metadata: ["error": "\(fault)"])
        case (.some(let fault), nil):
            logger.log(level: fault.isOutage && !saysOutages ? .debug : .info, "the database answers again")
        default: break
        }
        store = fault
    }

    private mutating func noteModel(_ machine: PipelineMachine) {
        switch (other, machine.tenure.other) {
        case (let old, let new?) where old != new:
            logger.warning(
                "another model is in use, so this replica embeds no documents",
                metadata: ["in_use": "\(new)", "own": "\(machine.model?.fingerprint ?? "unknown")"]
            )
        case (.some, nil) where machine.tenure.isHeld:
            logger.notice("this replica's model is now the model in use")
        default: break
        }
        other = machine.tenure.other
    }

    private mutating func noteProvider(_ fault: EmbeddingError?) {
        switch (provider, fault) {
        case (nil, let fault?): logger.warning("the provider fails; pausing", metadata: ["error": "\(fault)"])
        case (.some, nil): logger.info("the provider answers again")
        default: break
        }
        provider = fault
    }
}
