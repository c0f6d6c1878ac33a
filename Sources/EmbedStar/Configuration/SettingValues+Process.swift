import ArgumentParser
import FoundationEssentials
import Settings

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension SettingValues {
    /// The settings of this process: its flags, its environment, and `.env` in the working directory.
    /// - Throws: `ExitCode` after the faults were written to standard error, all together.
    static func ofProcess() throws -> SettingValues {
        let dotEnv = contents(of: ".env")
        do {
            return try SettingValues(
                .product,
                arguments: SettingFlags.current,
                environment: ProcessInfo.processInfo.environment,
                dotEnv: dotEnv,
                dotEnvFault: dotEnv == nil ? fault(ofUnread: ".env") : nil
            )
        } catch {
            for line in error.lines { StandardError.write("embed-star: \(line)\n") }
            throw error.isUsage ? ExitCode.validationFailure : .configuration
        }
    }

    /// A folder is left alone: a virtual environment of Python's is often called so.
    private static func fault(ofUnread path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        let reason = access(path, R_OK) == 0 ? "is longer than 64 KiB" : "cannot be read"
        return "\(path) \(reason) and has no effect"
    }
}
