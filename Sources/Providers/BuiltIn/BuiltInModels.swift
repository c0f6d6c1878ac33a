package import EmbeddingCore
import Inference
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

    /// Refuses a model of the hub by what describes it, before its weights are fetched.
    /// - Parameters:
    ///   - folder: with all files but the weights.
    ///   - weights: numbers in them.
    ///   - runtime: that will have to hold it; nil when it is for another time or machine.
    /// - Throws: `.unsupported`, `.tooLarge`.
    package static func check(
        _ reference: ModelReference,
        in folder: String,
        weights: Int,
        for runtime: ModelRuntime?
    ) throws(HubError) {
        do { try ModelDescription.check(modelDirectory: folder) } catch {
            throw HubError(.unsupported, "the model \(reference) cannot be used: \(error.message)")
        }
        do { try runtime?.check(weights: weights, name: "\(reference)") } catch {
            throw HubError(.tooLarge, error.message)
        }
    }
}
