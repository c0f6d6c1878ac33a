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
