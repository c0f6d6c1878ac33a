import Synchronization

/// The inputs of one call and the vectors they have got so far.
final class EncodingRequest: Sendable {
    typealias Outcome = Result<EncodedTexts, InferenceError>

    let inputs: [EncoderInput]
    /// Makes the vectors.
    let head: any RowHead

    private struct State: ~Copyable {
        var vectors: [[Float]]
        var tokens = 0
        var missing: Int
        var outcome: Outcome?
        var continuation: CheckedContinuation<Outcome, Never>?
    }

    private let state: Mutex<State>

    init(_ inputs: [EncoderInput], head: any RowHead) {
        self.inputs = inputs
        self.head = head
        state = Mutex(State(vectors: Array(repeating: [], count: inputs.count), missing: inputs.count))
    }

    /// Whether nobody waits for further vectors: failed, cancelled, or complete.
    var isFinished: Bool { state.withLock { $0.outcome != nil } }

    /// Resumes `continuation` with the outcome, at once if there already is one.
    func resume(_ continuation: CheckedContinuation<Outcome, Never>) {
        let outcome: Outcome? = state.withLock { state in
            if state.outcome == nil { state.continuation = continuation }
            return state.outcome
        }
        if let outcome { continuation.resume(returning: outcome) }
    }

    /// Takes the vectors of the inputs from `first` on.
    func deliver(_ vectors: ArraySlice<[Float]>, from first: Int, tokens: Int) {
        let waiting: (CheckedContinuation<Outcome, Never>, Outcome)? = state.withLock { state in
            guard state.outcome == nil else { return nil }
            for (offset, vector) in vectors.enumerated() { state.vectors[first + offset] = vector }
            state.tokens += tokens
            state.missing -= vectors.count
            guard state.missing == 0 else { return nil }
            let result = EncodedTexts(vectors: state.vectors, tokens: state.tokens)
            return Self.finish(&state, .success(result))
        }
        if let (continuation, outcome) = waiting { continuation.resume(returning: outcome) }
    }

    func fail(_ error: InferenceError) {
        let waiting: (CheckedContinuation<Outcome, Never>, Outcome)? = state.withLock { state in
            guard state.outcome == nil else { return nil }
            return Self.finish(&state, .failure(error))
        }
        if let (continuation, outcome) = waiting { continuation.resume(returning: outcome) }
    }

    private static func finish(
        _ state: inout State,
        _ outcome: Outcome
    ) -> (CheckedContinuation<Outcome, Never>, Outcome)? {
        state.outcome = outcome
        state.vectors = []
        guard let continuation = state.continuation.take() else { return nil }
        return (continuation, outcome)
    }
}
