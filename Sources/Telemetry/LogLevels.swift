package import Logging

/// A default level and levels of single parts, as `LOG_LEVEL` gives them: `warn,pipeline=debug`.
package struct LogLevels: Sendable, Hashable {
    package var base: Logger.Level
    /// By part: the label's last component, such as `pipeline` of `embed-star.pipeline`.
    package var parts: [String: Logger.Level]

    package init(_ base: Logger.Level = .info, parts: [String: Logger.Level] = [:]) {
        self.base = base
        self.parts = parts
    }

    /// Reads `LEVEL[,PART=LEVEL…]`; nil when a level is not one. `warn`, `err`, and `fatal` are understood.
    package init?(parsing text: String) {
        self.init()
        for item in text.split(separator: ",") {
            let sides = item.split(separator: "=", maxSplits: 1).map { Self.trimmed($0) }
            guard let name = sides.last, let level = Self.level(name) else { return nil }
            if sides.count == 2 { parts[sides[0]] = level } else { base = level }
        }
    }

    package func level(for label: String) -> Logger.Level {
        guard let part = label.split(separator: ".").last else { return base }
        return parts[String(part)] ?? base
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }

    private static func level(_ name: String) -> Logger.Level? {
        switch name.lowercased() {
        case "warn": .warning
        case "err": .error
        case "fatal", "off": .critical
        case let name: Logger.Level(rawValue: name)
        }
    }
}
