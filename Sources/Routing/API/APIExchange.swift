import EventLoop
import HTTP
import Logging
import Synchronization
import Telemetry

/// A request that an endpoint answers.
final class APIExchange: HTTPExchange {
    let bodyPolicy: BodyPolicy
    private let endpoint: Endpoint
    private let parameters: [String]
    private let caller: Caller
    private let allowance: Allowance?
    private let record: RequestRecord
    private let browsers: BrowserPolicy
    private let timeLimit: Duration
    /// When the request was complete, before that its head, in nanoseconds of the monotonic clock.
    private let started: Atomic<Int64>
    /// Whether metrics, log and trace have been told how it ended: the first end is the true one.
    private let isOver = Atomic<Bool>(false)

    init(
        _ endpoint: Endpoint,
        _ parameters: [String],
        _ caller: Caller,
        _ allowance: Allowance?,
        _ record: RequestRecord,
        _ browsers: BrowserPolicy,
        _ configuration: APIConfiguration,
        _ started: MonotonicInstant
    ) {
        self.endpoint = endpoint
        self.parameters = parameters
        self.caller = caller
        self.allowance = allowance
        self.record = record
        self.browsers = browsers
        let isStreamed = endpoint.consumes == .jsonOrLines && LineFormat.isNamed(by: record.head)
        bodyPolicy =
            isStreamed ? .stream(limit: nil) : .collect(limit: endpoint.bodyLimit ?? configuration.maximumBodyBytes)
        timeLimit = configuration.requestTimeout
        self.started = Atomic(started.nanoseconds)
    }

    func answer(_ body: HTTPRequestBody) -> HTTPAnswer {
        let now = MonotonicInstant.now
        started.store(now.nanoseconds, ordering: .relaxed)
        let context = RequestContext(
            head: record.head,
            body: body,
            parameters: parameters,
            requestID: record.id,
            caller: caller,
            started: now,
            timeLimit: timeLimit
        )
        guard let span = record.span else { return answer(context) }
        switch Span.$current.withValue(span, operation: { answer(context) }) {
        case .now(let response): return .now(response)
        case .brief(let work): return .brief { await Span.$current.withValue(span) { await work() } }
        case .later(let work): return .later { await Span.$current.withValue(span) { await work() } }
        }
    }

    func refusal(_ error: HTTPError) -> HTTPResponse? { refuse(error) }

    func abandon(ago time: Duration) { end(.clientClosedRequest, at: .now + (.zero - time)) }

    private func answer(_ context: RequestContext) -> HTTPAnswer {
        do {
            switch try endpoint.answer(context) {
            case .now(let response): return .now(finish(response))
            case .brief(let work): return .brief { await self.complete(work) }
            case .later(let work): return .later { await self.complete(work) }
            }
        } catch {
            return .now(refuse(error))
        }
    }

    private func complete(_ work: EndpointAnswer.Work) async -> HTTPResponse {
        do { return finish(try await work()) } catch { return refuse(error) }
    }

    private func refuse(_ error: any Error) -> HTTPResponse {
        let known = APIError(error)
        if known == nil {
            record.log.logger.error("unexpected fault: \(error)", metadata: ["request-id": "\(record.id)"])
        }
        let error = known ?? .unexpected
        return finish(error.response(endpoint.dialect, requestID: record.id), because: error.detail)
    }

    private func finish(_ response: HTTPResponse, because reason: String? = nil) -> HTTPResponse {
        var response = response
        response.requestID = record.id
        browsers.label(&response.headers, for: record.head)
        allowance?.append(to: &response.headers)
        end(response.status, at: .now, because: reason)
        return response
    }

    private func end(_ status: HTTPStatus, at instant: MonotonicInstant, because reason: String? = nil) {
        guard !isOver.exchange(true, ordering: .relaxed) else { return }
        let start = MonotonicInstant(nanoseconds: started.load(ordering: .relaxed))
        record.end(status, after: max(0, instant.seconds(since: start)), because: reason)
    }
}
