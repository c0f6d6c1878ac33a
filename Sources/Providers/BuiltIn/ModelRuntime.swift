import EmbeddingCore
import Inference
package import Settings
import Synchronization
import Telemetry

/// What all models share that this process computes: the threads, and a bound on their memory.
package final class ModelRuntime: Sendable {
    /// A model in memory; gone with this object.
    final class Share: Sendable {
        private let number: Int
        private let runtime: ModelRuntime

        fileprivate init(_ number: Int, _ runtime: ModelRuntime) {
            self.number = number
            self.runtime = runtime
        }

        deinit { runtime.state.withLock { _ = $0.taken.removeValue(forKey: number) } }
    }

    /// The intermediate results of a thread take 8 MiB with the built-in model, and more with wider ones.
    private static let memoryOfThread = 32 << 20

    let precision: Precision?
    /// Bytes that the models may take together.
    let bound: Int
    /// Threads.
    let count: Int
    private let state: Mutex<State>

    private struct State {
        var threads: EncoderThreads?
        var taken: [Int: (name: String, bytes: Int)] = [:]
        var made = 0

        var sum: Int { taken.values.reduce(0) { $0 + $1.bytes } }
    }

    package convenience init(_ settings: SettingValues) {
        self.init(
            threads: settings[BuiltInSettings.threads]
                ?? Self.threads(processors: Processors.available, memory: MachineMemory.available),
            precision: settings[BuiltInSettings.precision],
            bound: settings[BuiltInSettings.memory] ?? MachineMemory.available / 10 * 8
        )
    }

    init(threads: Int, precision: Precision?, bound: Int) {
        count = threads
        self.precision = precision
        self.bound = bound
        state = Mutex(State())
    }

    /// One for each processor, unless memory is short: the models have to fit in beside what the threads compute.
    static func threads(processors: Int, memory: Int) -> Int { max(1, min(processors, memory / memoryOfThread)) }

    /// The threads, started with the first model.
    func threads() throws(InferenceError) -> EncoderThreads {
        try state.withLock { state throws(InferenceError) in
            if let threads = state.threads { return threads }
            let threads = try EncoderThreads(count: count)
            state.threads = threads
            return threads
        }
    }

    /// Sets memory aside for a model that will be loaded.
    /// - Throws: `.misconfigured` when it can never fit, `.unavailable` when others have to go first; `.unknownModel` when
    ///   its files cannot be read.
    func reserve(modelDirectory: String, name: String) throws(EmbeddingError) -> Share {
        let needed: Int
        do { needed = try ModelFootprint.bytes(modelDirectory: modelDirectory, precision: precision) } catch {
            throw BuiltInProvider.error(error)
        }
        let (number, taken) = state.withLock { state -> (Int?, Int) in
            guard needed <= bound - state.sum else { return (nil, state.sum) }
            state.made += 1
            state.taken[state.made] = (name, needed)
            return (state.made, state.sum)
        }
        if let number { return Share(number, self) }
        try check(needed, name)
        throw EmbeddingError(
            .unavailable,
            "\(name) needs about \(Self.text(needed)) of memory; of the \(Self.text(bound)) that MODEL_MEMORY allows, "
                + "other models have \(Self.text(taken))",
            retryAfter: .seconds(1)
        )
    }

    /// Refuses a model with so many numbers in its weights when it can never fit.
    /// - Throws: `.misconfigured`.
    func check(weights: Int, name: String) throws(EmbeddingError) {
        try check(ModelFootprint.bytes(weights: weights, precision: precision), name)
    }

    private func check(_ needed: Int, _ name: String) throws(EmbeddingError) {
        guard needed > bound else { return }
        throw EmbeddingError(
            .misconfigured,
            "\(name) needs about \(Self.text(needed)) of memory, more than MODEL_MEMORY allows (\(Self.text(bound)))"
        )
    }

    private static func text(_ bytes: Int) -> String { "\(bytes >> 20) MiB" }

    /// About how much memory a model takes; nil when it is not loaded.
    package func bytes(of name: String) -> Int? {
        state.withLock { state in state.taken.values.first { $0.name == name }?.bytes }
    }
}
