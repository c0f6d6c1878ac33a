import ArgumentParser

/// Why a running service gave no usable answer, for people.
struct ServiceError: Error, CustomStringConvertible {
    let description: String
    /// Of the answer; nil when there was none that could be understood.
    let status: Int?

    init(_ description: String, status: Int? = nil) {
        self.description = description
        self.status = status
    }

    /// What the command ends with.
    var exitCode: ExitCode {
        switch status {
        case nil: .unavailable
        case 400, 413, 422: .badData
        case 401, 403: .noPermission
        case 404: .noInput
        case 408, 429, 503, 504: .tryAgain
        case .some(500...): .internalError
        default: .failure
        }
    }
}
