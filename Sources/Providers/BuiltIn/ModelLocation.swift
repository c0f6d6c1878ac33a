import FoundationEssentials
package import ModelHub
import Settings

/// Where a model of the built-in provider is.
package enum ModelLocation: Sendable, Hashable {
    case folder(String)
    case hub(ModelReference)

    /// What a model's name means: a folder by its path, else a model of the hub, `owner/name` with `@revision` or without.
    /// - Returns: nil for a name that is neither.
    package init?(_ name: String) {
        if ["/", "./", "../"].contains(where: name.hasPrefix) || Self.isModelFolder(name) {
            self = .folder(name)
        } else if let reference = ModelReference(name) {
            self = .hub(reference)
        } else {
            return nil
        }
    }

    /// What requests call it, and its vectors say they are of: a folder's name, or the hub's.
    package var modelName: String {
        switch self {
        case .folder(let path): path.split(separator: "/").last.map(String.init) ?? path
        case .hub(let reference): reference.id
        }
    }

    /// Where the model called `name` is, the one in `BUILTIN_MODEL_DIR` when it has no name.
    static func embedding(_ name: String?, _ settings: SettingValues) -> ModelLocation {
        let folder = BuiltInSettings.folder(settings)
        guard let name, let location = ModelLocation(name) else { return .folder(folder) }
        // The folder may hold that very model, which then need not be fetched.
        if case .hub(let reference) = location, ModelCard.base(of: reference.name) == ModelCard.base(of: folder),
            settings.isSet(BuiltInSettings.modelDirectory) || reference.owner == "sentence-transformers"
        {
            return .folder(folder)
        }
        return location
    }

    private static func isModelFolder(_ path: String) -> Bool {
        ["config.json", "modules.json"].contains { FileManager.default.fileExists(atPath: "\(path)/\($0)") }
    }
}
