package import EmbeddingCore
package import ModelHub
package import Settings

/// The models that this process computes and the settings name.
package enum BuiltInModels {
    /// Those of the hub, in the order of the settings.
    /// - Throws: `.misconfigured` when two settings name different models.
    package static func references(_ settings: SettingValues) throws(EmbeddingError) -> [ModelReference] {
        var locations: [ModelLocation?] = []
        if settings[GatewaySettings.provider].isInProcess {
            let first = try GatewaySettings.firstModel(settings)
            let names: [String?] = [first] + settings[GatewaySettings.models].dropFirst().map { $0 }
            locations = names.map { .embedding($0, settings) }
        }
        locations.append(settings[BuiltInSettings.rerankModel].flatMap { ModelLocation($0) })
        return locations.compactMap { location in
            if case .hub(let reference) = location { return reference }
            return nil
        }
    }
}
