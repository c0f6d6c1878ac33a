import ArgumentParser
import EmbeddingCore
import GitHub
import ModelHub

/// The codes of sysexits(3) that embed-star ends with.
extension ExitCode {
    /// `EX_DATAERR`: what was given is not what it should be.
    static let badData = ExitCode(65)
    /// `EX_NOINPUT`: what was named cannot be read.
    static let noInput = ExitCode(66)
    /// `EX_UNAVAILABLE`: something that is needed does not answer.
    static let unavailable = ExitCode(69)
    /// `EX_SOFTWARE`: a fault of the program itself.
    static let internalError = ExitCode(70)
    /// `EX_CANTCREAT`: a file cannot be made or written.
    static let cannotCreate = ExitCode(73)
    /// `EX_TEMPFAIL`: the same command may work later.
    static let tryAgain = ExitCode(75)
    /// `EX_NOPERM`: the database, the service or the provider refuses who asks.
    static let noPermission = ExitCode(77)
    /// `EX_CONFIG`: a setting is wrong.
    static let configuration = ExitCode(78)
    /// 128 and the number of SIGINT, as a shell says it.
    static let interrupted = ExitCode(130)

    /// What a command ends with that failed by `error`.
    init(_ error: any Error) {
        self =
            switch error {
            case is CancellationError: .interrupted
            case let error as ServiceError: error.exitCode
            case let error as FileError: error.code
            case let error as PortError: error.exitCode
            case let error as StoreError: Self.code(of: error)
            case let error as EmbeddingError: Self.code(of: error)
            case let error as GitHubError: Self.code(of: error)
            case let error as HubError: Self.code(of: error)
            default: .failure
            }
    }

    private static func code(of error: GitHubError) -> ExitCode {
        switch error.code {
        case .unauthorized: .noPermission
        case .notFound: .noInput
        case .rateLimited, .busy: .tryAgain
        case .unavailable: .unavailable
        case .badResponse: .internalError
        }
    }

    private static func code(of error: HubError) -> ExitCode {
        switch error.code {
        case .notFound, .offline: .noInput
        case .gated, .unauthorized: .noPermission
        case .unsupported, .corrupt: .badData
        case .tooLarge: .configuration
        case .diskFull, .storage: .cannotCreate
        case .unavailable: .unavailable
        case .badResponse: .internalError
        case .busy: .tryAgain
        case .cancelled: .interrupted
        }
    }

    private static func code(of error: StoreError) -> ExitCode {
        switch error.code {
        case .unavailable, .unsupported: .unavailable
        case .unauthorized: .noPermission
        case .busy, .conflict: .tryAgain
        case .cancelled: .interrupted
        case .badResponse, .rejected: .internalError
        case .invalidArgument: .badData
        case .schema: .failure
        }
    }

    private static func code(of error: EmbeddingError) -> ExitCode {
        switch error.code {
        case .misconfigured, .wrongAddress, .unsupportedDimensions, .unsupported: .configuration
        case .unknownModel: .noInput
        case .unauthorized, .quotaExhausted: .noPermission
        case .rateLimited, .overloaded, .circuitOpen: .tryAgain
        case .unavailable, .timeout: .unavailable
        case .cancelled: .interrupted
        case .internal, .badResponse: .internalError
        case .invalidInput, .tokensUnsupported, .textFailed: .badData
        }
    }
}
