/// The repos as points on a plane, near each other when they mean similar things.
package struct RepoMap: Sendable, Hashable {
    /// One repo. `x` and `y` are 0…1.
    package struct Point: Sendable, Hashable {
        package var fullName: String
        package var language: String?
        package var stars: Int
        package var isPrivate: Bool
        package var x: Float
        package var y: Float

        package init(fullName: String, language: String?, stars: Int, isPrivate: Bool, x: Float, y: Float) {
            self.fullName = fullName
            self.language = language
            self.stars = stars
            self.isPrivate = isPrivate
            self.x = x
            self.y = y
        }
    }

    /// A part of the map and what is typical of the repos there. `x` and `y`, its middle, are 0…1.
    package struct Region: Sendable, Hashable {
        package var name: String
        package var x: Float
        package var y: Float
        /// How many repos lie there.
        package var repos: Int

        package init(name: String, x: Float, y: Float, repos: Int) {
            self.name = name
            self.x = x
            self.y = y
            self.repos = repos
        }
    }

    /// Names this map: another map has another, also one of another process.
    package var version: String
    /// Most stars first.
    package var points: [Point]
    /// Most repos first; nothing of private repos goes into their names.
    package var regions: [Region]

    package init(version: String, points: [Point], regions: [Region] = []) {
        self.version = version
        self.points = points
        self.regions = regions
    }
}

/// Where the map comes from.
package protocol RepoMapSource: Sendable {
    /// The latest map, at once; nil while the first is being made. Asking has it made again in the background if the
    /// repos have changed since.
    func latestMap() -> RepoMap?
}
