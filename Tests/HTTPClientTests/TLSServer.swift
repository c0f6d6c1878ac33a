import Foundation

/// `openssl s_server` with a certificate for 127.0.0.1 of an authority made for the test. Each connection is answered
/// once, with a page on the session.
final class TLSServer {
    let url: String
    /// The authority's certificate, in a folder as `SSL_CERT_DIR` has it.
    let authorityFile: String
    let authorityDirectory: String
    private let folder: URL
    private let process: Process
    private let output = Pipe()
    private let input = Pipe()

    static let isAvailable = FileManager.default.isExecutableFile(atPath: openssl)
    private static let openssl = "/usr/bin/openssl"

    struct Failure: Error {}

    init() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tls-\(UInt64.random(in: 0...(.max)))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        self.folder = folder
        func path(_ name: String) -> String { folder.appending(path: name).path }
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
        try Self.run(
            ["req", "-x509"] + key + ["-subj", "/CN=Test", "-keyout", path("ca.key"), "-out", path("ca.pem")]
        )
        try Self.run(
            ["req", "-x509"] + key + ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
                + ["-CA", path("ca.pem"), "-CAkey", path("ca.key"), "-addext", "basicConstraints=critical,CA:FALSE"]
                + ["-keyout", path("server.key"), "-out", path("server.pem")]
        )
        authorityFile = path("ca.pem")
        authorityDirectory = path("authorities")
        try FileManager.default.createDirectory(atPath: authorityDirectory, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: authorityFile, toPath: authorityDirectory + "/ca.pem")
        try Self.run(["rehash", authorityDirectory])
        process = Process()
        process.executableURL = URL(filePath: Self.openssl)
        process.arguments = ["s_server", "-accept", "127.0.0.1:0", "-www"]
        process.arguments? += ["-key", path("server.key"), "-cert", path("server.pem")]
        process.standardOutput = output
        process.standardInput = input
        process.standardError = FileHandle.nullDevice
        try process.run()
        url = "https://127.0.0.1:\(try Self.port(output))/"
    }

    deinit {
        // It inherits a signal mask from Dispatch's threads under which SIGTERM may not arrive.
        kill(process.processIdentifier, SIGKILL)
        try? FileManager.default.removeItem(at: folder)
    }

    /// Of the line `ACCEPT 127.0.0.1:PORT`.
    private static func port(_ output: Pipe) throws -> Int {
        var text = ""
        while true {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { throw Failure() }
            text += String(decoding: data, as: UTF8.self)
            let line = text.split(separator: "\n").dropLast(text.hasSuffix("\n") ? 0 : 1).first {
                $0.hasPrefix("ACCEPT ")
            }
            if let port = line?.split(separator: ":").last.flatMap({ Int($0) }) { return port }
        }
    }

    /// Runs openssl to its end. Foundation's `waitUntilExit` was seen to wait for ever where several tests start
    /// processes at once.
    private static func run(_ arguments: [String]) throws {
        var words = ([openssl] + arguments).map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in [STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
        }
        var process: pid_t = 0
        guard posix_spawn(&process, openssl, &actions, nil, &words, environ) == 0 else { throw Failure() }
        var status: Int32 = 0
        while waitpid(process, &status, 0) == -1, errno == EINTR {}
        guard status == 0 else { throw Failure() }
    }
}
