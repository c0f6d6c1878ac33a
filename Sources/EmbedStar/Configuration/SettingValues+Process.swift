import ArgumentParser
import FoundationEssentials
import Settings

extension SettingValues {
    /// The settings of this process: its flags, its environment, and `.env` in the working directory.
    /// - Throws: `ExitCode` after the faults were written to standard error, all together.
    static func ofProcess() throws -> SettingValues {
        do {
            return try SettingValues(
                .product,
                arguments: SettingFlags.current,
                environment: ProcessInfo.processInfo.environment,
                dotEnv: contents(of: ".env")
            )
        } catch {
            for line in error.lines { StandardError.write("embed-star: \(line)\n") }
            throw ExitCode.configuration
        }
    }
}

extension ExitCode {
    /// `EX_CONFIG` of sysexits.h: a setting is wrong.
    static let configuration = ExitCode(78)
    /// `EX_UNAVAILABLE`: something that is needed does not answer.
    static let unavailable = ExitCode(69)
    /// `EX_DATAERR`: what was given is not what it should be.
    static let badData = ExitCode(65)
    /// `EX_NOINPUT`: what was named cannot be read.
    static let noInput = ExitCode(66)
}
