/// A setting of the predecessor `embed_star` that has no effect any more, and what takes its place.
package struct RetiredSetting: Sendable, Hashable {
    package let name: String
    /// For people, after the name.
    package let advice: String

    package init(name: String, advice: String) {
        self.name = name
        self.advice = advice
    }

    /// One line that names all of `settings`; nil without any.
    package static func warning(for settings: [RetiredSetting]) -> String? {
        guard !settings.isEmpty else { return nil }
        let items = settings.map { "\($0.name) (\($0.advice))" }
        return "settings of embed_star that no longer have an effect: \(items.joined(separator: ", "))"
    }
}
