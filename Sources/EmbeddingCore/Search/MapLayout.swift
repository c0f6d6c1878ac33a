/// Where the repos lay on the last map, so that the next one can leave them there.
package struct MapLayout: Sendable, Hashable {
    /// The part of the plane that the map shows, in the units of the layout.
    package struct Frame: Sendable, Hashable {
        package var lower: SIMD2<Float>
        package var upper: SIMD2<Float>

        package init(lower: SIMD2<Float>, upper: SIMD2<Float>) {
            self.lower = lower
            self.upper = upper
        }
    }

    /// Tells a layout of one model's vectors from that of another's.
    package var model: String
    package var frame: Frame
    /// By full name; 0…1 on both axes of the frame.
    package var places: [String: SIMD2<Float>]

    package init(model: String, frame: Frame, places: [String: SIMD2<Float>]) {
        self.model = model
        self.frame = frame
        self.places = places
    }
}

/// Keeps the layout of the last map, so that neither a restart nor another replica turns the map about.
package protocol MapLayoutStore: Sendable {
    /// Nil when none was kept, or none that can be read.
    func load() async throws(StoreError) -> MapLayout?
    func save(_ layout: MapLayout) async throws(StoreError)
}
