import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A program that runs beside this one, in a process group of its own: Ctrl-C of the terminal does not reach it.
final class ChildProcess: Sendable {
    private let pid: pid_t

    /// - Parameters:
    ///   - program: a path, or a name that is looked for on the `PATH`.
    ///   - environment: what it gets beside our own.
    /// - Throws: `FileError` when it cannot be started.
    init(_ program: String, _ arguments: [String], environment: [String: String] = [:]) throws(FileError) {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
        posix_spawnattr_setpgroup(&attributes, 0)
        // The threads of our tasks take no signals, and a child is born with the mask of its parent's thread.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        defer { posix_spawnattr_destroy(&attributes) }
        let words = ([program] + arguments).map { strdup($0) } + [nil]
        let own = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let variables = own.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + variables { free(text) } }
        var child: pid_t = 0
        let code = posix_spawnp(&child, program, nil, &attributes, words, variables)
        guard code == 0 else {
            throw FileError(
                path: program,
                reason: "cannot be started: \(String(cString: strerror(code)))",
                code: .noInput
            )
        }
        pid = child
    }

    /// Whether it has not ended; once it has, it is not to be asked again.
    var isRunning: Bool {
        var status: Int32 = 0
        return waitpid(pid, &status, WNOHANG) == 0
    }

    /// Asks it to end, and makes it end when it has not within `patience`.
    func stop(patience: Duration = .seconds(30)) {
        kill(pid, SIGTERM)
        let deadline = ContinuousClock.now + patience
        var status: Int32 = 0
        while waitpid(pid, &status, WNOHANG) == 0 {
            guard ContinuousClock.now < deadline else {
                kill(pid, SIGKILL)
                waitpid(pid, &status, 0)
                return
            }
            usleep(20_000)
        }
    }
}
