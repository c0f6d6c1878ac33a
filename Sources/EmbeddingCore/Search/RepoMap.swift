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

    /// Names this map: another map has another, also one of another process.
    package var version: String
    /// Most stars first.
    package var points: [Point]

    package init(version: String, points: [Point]) {
        self.version = version
        self.points = points
    }
}

/// Where the map comes from.
package protocol RepoMapSource: Sendable {
    /// The latest map, at once; nil while the first is being made. Asking has it made anew in the background if the
    /// repos have changed since.
    func latestMap() -> RepoMap?
}
