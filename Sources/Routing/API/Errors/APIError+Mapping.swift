import EmbeddingCore
import HTTP

extension APIError {
    /// What the client sees of any error; nil when the fault is unexpected and belongs into the log.
    init?(_ error: any Error) {
        switch error {
        case let error as APIError: self = error
        case let error as EmbeddingError:
            guard let mapped = APIError(error) else { return nil }
            self = mapped
        case let error as StoreError:
            guard let mapped = APIError(error) else { return nil }
            self = mapped
        case let error as SearchError:
            guard let mapped = APIError(error) else { return nil }
            self = mapped
        case let error as HTTPError:
            self.init(error.status, error.status == .serviceUnavailable ? .unavailable : .invalidRequest, error.message)
        case is CancellationError: self = .cancelled
        default: return nil
        }
    }

    private init?(_ error: EmbeddingError) {
        let text = error.message
        let wait = error.retryAfter
        switch error.code {
        case .invalidInput:
            let kind = error.parameter == nil ? Kind.unusableText : .invalidRequest
            self.init(.badRequest, kind, text, parameter: error.parameter ?? "input")
        case .tokensUnsupported: self.init(.badRequest, .invalidRequest, text, parameter: "input")
        case .unsupportedDimensions:
            self.init(.unprocessableContent, .invalidRequest, text, parameter: "dimensions")
        case .unsupported: self.init(.notImplemented, .unavailable, text, parameter: error.parameter)
        case .unknownModel: self.init(.notFound, .modelNotFound, text, parameter: "model")
        case .wrongAddress, .misconfigured, .unauthorized, .quotaExhausted:
            self.init(.serviceUnavailable, .unavailable, text, retryAfter: wait)
        case .rateLimited, .overloaded:
            self.init(.tooManyRequests, .rateLimited, text, retryAfter: wait ?? .seconds(1))
        case .unavailable, .circuitOpen:
            self.init(.serviceUnavailable, .unavailable, text, retryAfter: wait ?? .seconds(1))
        case .timeout: self.init(.gatewayTimeout, .backend, text)
        case .badResponse, .textFailed: self.init(.badGateway, .backend, text)
        case .cancelled: self = .cancelled
        case .internal: return nil
        }
    }

    private init?(_ error: StoreError) {
        switch error.code {
        case .unavailable, .unauthorized, .schema, .unsupported:
            self.init(.serviceUnavailable, .unavailable, "the database is not available", retryAfter: .seconds(1))
        case .busy: self.init(.serviceUnavailable, .unavailable, error.message, retryAfter: .seconds(1))
        case .conflict:
            self.init(
                .serviceUnavailable,
                .unavailable,
                "other requests are changing the same rows",
                retryAfter: .seconds(1)
            )
        case .badResponse: self.init(.badGateway, .backend, "the database's answer was not valid")
        case .invalidArgument: self = .badRequest(error.message)
        case .cancelled: self = .cancelled
        case .rejected: return nil
        }
    }

    private init?(_ error: SearchError) {
        switch error {
        case .invalid(let text): self.init(.badRequest, .invalidRequest, text)
        case .unknownRepo(let name): self = .notFound("there is no repo \(name)")
        case .notEmbedded(let name):
            self.init(
                .unprocessableContent,
                .invalidRequest,
                "\(name) has no vector of the current model yet; GET it to see the state of its embedding"
            )
        case .embedding(let error): self.init(error)
        case .store(let error): self.init(error)
        }
    }

    /// For a client that has most likely gone away, or a process that stops.
    private static let cancelled = APIError(
        .serviceUnavailable,
        .unavailable,
        "the request was cancelled",
        retryAfter: .seconds(1)
    )
}
