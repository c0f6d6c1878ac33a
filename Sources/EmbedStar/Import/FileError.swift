import ArgumentParser

/// Why a file could not be read or written.
struct FileError: Error, CustomStringConvertible {
    let path: String
    let reason: String
    var code = ExitCode.badData

    var description: String { "\(path) \(reason)" }
}
