import EmbeddingCore
import HTTP

/// The pipeline's state.
struct PipelineRoutes: Sendable {
    private let pipeline: any PipelineControl

    init(_ services: ServiceDependencies) { pipeline = services.pipeline }

    var endpoints: [Endpoint] {
        [
            .immediate(.get, "/pipeline", access: .key) { _ in .json { pipeline.status.write(to: &$0) } }
        ]
    }
}
