import FoundationEssentials
import Testing

@testable import Providers

struct ModelFoldersTests {
    @Test(arguments: [
        (["HOME": "/home/a"], "/home/a/.local/share"), (["HOME": "/home/a", "XDG_DATA_HOME": "/data"], "/data"),
        (["HOME": "/home/a", "XDG_DATA_HOME": "data"], "/home/a/.local/share"),
    ])
    func `a model is looked for here, beside the program, and in the user's data`(
        environment: [String: String],
        data: String
    ) {
        let folders = ModelFolders.candidates("x", program: "/opt/bin/embed-star", environment: environment)
        #expect(
            folders == [
                "models/x", "/opt/bin/models/x", "/opt/bin/../share/embed-star/models/x", "\(data)/embed-star/models/x",
            ]
        )
    }

    @Test func `the user's data are those of the environment that is given`() throws {
        let data = FileManager.default.temporaryDirectory.path + "/embed-star-\(UInt64.random(in: .min ... .max))"
        defer { try? FileManager.default.removeItem(atPath: data) }
        let folder = "\(data)/embed-star/models/tests-only"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        _ = FileManager.default.createFile(atPath: "\(folder)/config.json", contents: nil)
        #expect(ModelFolders.find("tests-only", environment: ["XDG_DATA_HOME": data]) == folder)
        #expect(ModelFolders.find("tests-only", environment: [:]) == "models/tests-only")
    }
}
