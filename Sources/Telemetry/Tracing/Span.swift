import Synchronization

/// One timed piece of work in a trace. It is recorded when it has ended, once, if its trace is sampled.
package final class Span: Sendable {
    /// OpenTelemetry's kinds; the raw value is that of the protocol.
    package enum Kind: Int, Sendable {
        case `internal` = 1
        case server, client
    }

    package enum Value: Sendable, Hashable {
        case text(String)
        case integer(Int)
    }

    /// What is known of it at the end.
    package struct Outcome: Sendable {
        package var attributes: [(name: StaticString, value: Value)] = []
        /// A short name of what went wrong; nil when nothing did.
        package var failure: String?
        /// Nanoseconds since 1970; 0 while it continues.
        package var end: UInt64 = 0
    }

    /// What the work under way belongs to; nil when nothing is traced.
    @TaskLocal package static var current: Span?

    package let name: String
    package let kind: Kind
    package let context: TraceContext
    /// The span it is part of; nil for the first of a trace.
    package let parentID: UInt64?
    /// Spans of other callers that it works for as well.
    package let links: [TraceContext]
    /// Nanoseconds since 1970.
    package let start: UInt64
    private let tracer: Tracer
    private let state = Mutex(Outcome())

    init(
        _ name: String,
        kind: Kind,
        context: TraceContext,
        parentID: UInt64?,
        links: [TraceContext],
        tracer: Tracer
    ) {
        self.name = name
        self.kind = kind
        self.context = context
        self.parentID = parentID
        self.links = links
        self.tracer = tracer
        start = tracer.now()
    }

    package var outcome: Outcome { state.withLock { $0 } }

    /// A span within this one.
    package func child(_ name: String, kind: Kind = .internal, links: [TraceContext] = []) -> Span {
        tracer.start(name, kind: kind, parent: context, links: links)
    }

    /// Notes something of the work; names are those of OpenTelemetry's semantic conventions where they have one.
    package func set(_ name: StaticString, _ value: Value) {
        guard context.isSampled else { return }
        state.withLock { $0.attributes.append((name, value)) }
    }

    package func set(_ name: StaticString, _ text: String) { set(name, .text(text)) }

    package func set(_ name: StaticString, _ number: Int) { set(name, .integer(number)) }

    /// The work is over. Only the first call counts.
    /// - Parameter failure: a short name of what went wrong, from a bounded set.
    package func end(failure: String? = nil) {
        guard context.isSampled else { return }
        let now = tracer.now()
        let isFirst = state.withLock { state in
            guard state.end == 0 else { return false }
            state.end = now
            state.failure = failure
            if let failure { state.attributes.append(("error.type", .text(failure))) }
            return true
        }
        if isFirst { tracer.record(self) }
    }

    /// Runs `body` as work of this span, and ends it with what came of that.
    /// - Parameter failure: the short name of an error, from a bounded set.
    package func run<Value, Failure: Error>(
        failure: (Failure) -> String,
        _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let result = await Self.$current.withValue(self) { () async -> Result<Value, Failure> in
            do throws(Failure) {
                return .success(try await body())
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let value):
            end()
            return value
        case .failure(let error):
            end(failure: failure(error))
            throw error
        }
    }
}
