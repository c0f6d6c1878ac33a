import EmbeddingCore
import Logging

/// Logs an outage once when it begins and once when it ends, and dead letters once a write.
struct FaultLog {
    private let logger: Logger
    private var store: StoreError?
    private var provider: EmbeddingError?
    private var storeFailedAt: ContinuousClock.Instant?

    init(logger: Logger) { self.logger = logger }

    mutating func note(_ machine: inout PipelineMachine) {
        noteStore(machine.storeFault, at: machine.now)
        noteProvider(machine.providerFault)
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

    /// What makes a drain pointless to go on with.
    func reasonToEndDrain(_ machine: PipelineMachine) -> (any Error)? {
        if machine.isPaused { return DrainError.paused }
        if let error = machine.providerFault, error.isPermanent { return error }
        if let store, let storeFailedAt, machine.now - storeFailedAt > .seconds(60) { return store }
        return nil
    }

    private mutating func noteStore(_ fault: StoreError?, at now: ContinuousClock.Instant) {
        switch (store, fault) {
        case (nil, let fault?):
            storeFailedAt = now
            logger.error("the database does not do what is asked; trying again", metadata: ["error": "\(fault)"])
        case (.some, nil):
            logger.info("the database answers again")
        default: break
        }
        store = fault
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
