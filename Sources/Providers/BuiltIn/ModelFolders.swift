import FoundationEssentials

/// Where a model's folder is looked for when no setting names it.
enum ModelFolders {
    /// In the working folder, beside the program as a release's archive has it, in `share` beside its `bin`, and in the
    /// user's data (XDG Base Directory Specification).
    static func candidates(_ name: String, program: String?, environment: [String: String]) -> [String] {
        var folders = ["models/\(name)"]
        if let program, let slash = program.lastIndex(of: "/") {
            let folder = program[..<slash]
            folders += ["\(folder)/models/\(name)", "\(folder)/../share/embed-star/models/\(name)"]
        }
        let home = environment["HOME"].map { "\($0)/.local/share" }
        if let data = environment["XDG_DATA_HOME"].flatMap({ $0.hasPrefix("/") ? $0 : nil }) ?? home {
            folders.append("\(data)/embed-star/models/\(name)")
        }
        return folders
    }

    /// The first that holds a model; the first of all when none does, for the message that it is missing.
    static func find(_ name: String, environment: [String: String]) -> String {
        let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let folders = candidates(name, program: program, environment: environment)
        return folders.first { FileManager.default.fileExists(atPath: "\($0)/config.json") } ?? folders[0]
    }
}
