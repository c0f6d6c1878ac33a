// swift-tools-version:6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let collections = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")

func library(_ name: String, _ dependencies: [Target.Dependency], _ more: [SwiftSetting] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings + more)
}

/// For modules whose small functions every request calls from other modules.
let inlinable = SwiftSetting.unsafeFlags(["-cross-module-optimization"], .when(configuration: .release))
/// Overlapping accesses are looked for at run time in debug builds, and so in the tests; in a short request the look-out
/// costs a thirtieth.
let unchecked = SwiftSetting.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))

/// A program that measures, or that tests talk to; not shipped.
func program(_ name: String, _ dependencies: [Target.Dependency], in folder: String) -> Target {
    .executableTarget(name: name, dependencies: dependencies, path: "\(folder)/\(name)", swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
    .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

let package = Package(
    name: "embed-star",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "embed-star", targets: ["EmbedStar"]),
        .executable(name: "echo-server", targets: ["EchoServer"]),
        .executable(name: "encode-benchmark", targets: ["EncodeBenchmark"]),
        .executable(name: "fake-provider", targets: ["FakeProvider"]),
        .executable(name: "json-benchmark", targets: ["JSONBenchmark"]),
        .executable(name: "metrics-benchmark", targets: ["MetricsBenchmark"]),
        .executable(name: "ranking-features", targets: ["RankingFeatures"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
    ],
    targets: [
        .systemLibrary(name: "CCurl", path: "CLibraries/CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CLinux", path: "CLibraries/CLinux"),
        .systemLibrary(name: "CZlib", path: "CLibraries/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "COneDNN", path: "CLibraries/COneDNN", providers: [.apt(["libdnnl-dev"])]),
        .systemLibrary(name: "CSQLite", path: "CLibraries/CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .target(name: "CResources", path: "Page", exclude: ["index.html", "scripts", "styles"]),

        library("EmbeddingCore", ["DateTime", crypto]),
        library("DateTime", []),
        library("EventLoop", ["CLinux"], [inlinable, unchecked]),
        library("HTTP", [], [inlinable]),
        library("JSON", []),
        library("Retry", []),
        library("Ingest", ["EmbeddingCore", "JSON"]),
        library("Settings", []),
        library("Telemetry", ["CLinux", "DateTime", logging], [inlinable]),
        library("Server", ["DateTime", "EventLoop", "HTTP", "Settings", "Telemetry", "CZlib", logging], [unchecked]),
        library("Routing", ["DateTime", "EventLoop", "HTTP", "JSON", "Settings", "EmbeddingCore", "Ingest", "Telemetry", logging, crypto]),
        library("HTTPClient", ["DateTime", "EventLoop", "Telemetry", "CCurl", logging]),
        library("GitHub", ["DateTime", "EmbeddingCore", "HTTPClient", "Ingest", "Retry", "Settings", logging]),
        library("OTLP", ["HTTPClient", "JSON", "Retry", "Settings", "Telemetry", logging]),
        library("SurrealDB", ["HTTPClient", "JSON", "Retry", "Settings", "Telemetry", logging]),
        library("Storage", ["DateTime", "SurrealDB", "Settings", "EmbeddingCore", "Telemetry", logging]),
        // Optimised in every configuration: unoptimised vector code would make the tests slower by a hundred times.
        .target(name: "CInferenceKernels", path: "CLibraries/CInferenceKernels", cSettings: [.unsafeFlags(["-O2"])]),
        library("Inference", ["JSON", "COneDNN", "CInferenceKernels", crypto]),
        library("ModelHub", ["DateTime", "HTTP", "HTTPClient", "JSON", "Retry", "Settings", crypto]),
        library("Providers", ["DateTime", "EmbeddingCore", "EventLoop", "HTTP", "HTTPClient", "JSON", "Retry", "Settings", "Inference", "ModelHub", "Telemetry", logging, crypto, collections, heap]),
        .target(name: "CSearchKernels", path: "CLibraries/CSearchKernels", cSettings: [.unsafeFlags(["-O2"])]),
        library("Search", ["DateTime", "EmbeddingCore", "Retry", "Telemetry", "CSQLite", "CSearchKernels", logging]),
        library("Pipeline", ["EmbeddingCore", "Retry", "Settings", "Telemetry", logging, collections]),
        .executableTarget(
            name: "EmbedStar",
            dependencies: [
                "DateTime", "EmbeddingCore", "EventLoop", "GitHub", "HTTP", "Ingest", "Retry", "Settings", "Telemetry", "Server", "Routing",
                "HTTPClient", "SurrealDB", "Storage",
                "Inference", "ModelHub", "Providers", "Search", "Pipeline", "OTLP", "CResources", "CZlib", logging, arguments, lifecycle,
                signals, crypto,
            ],
            swiftSettings: settings
        ),
        program("EncodeBenchmark", ["Inference", arguments], in: "Benchmarks"),
        program("JSONBenchmark", ["JSON"], in: "Benchmarks"),
        program("MetricsBenchmark", ["Telemetry"], in: "Benchmarks"),
        program("RankingFeatures", ["Search", "Inference", "EmbeddingCore", "Telemetry", logging, arguments], in: "Benchmarks"),
        program("EchoServer", ["EventLoop", "HTTP", "Server", "Telemetry", logging], in: "Tests/Programs"),
        program("FakeProvider", ["EventLoop", "HTTP", "Server", "Telemetry", logging], in: "Tests/Programs"),

        tests("EmbeddingCoreTests", ["EmbeddingCore"]),
        tests("DateTimeTests", ["DateTime"]),
        tests("EventLoopTests", ["EventLoop"]),
        tests("HTTPTests", ["HTTP"]),
        tests("JSONTests", ["JSON"]),
        tests("RetryTests", ["Retry"]),
        tests("IngestTests", ["Ingest", "JSON", "EmbeddingCore"]),
        tests("GitHubTests", ["GitHub", "DateTime", "EmbeddingCore", "HTTPClient"]),
        tests("SettingsTests", ["Settings"]),
        tests("TelemetryTests", ["Telemetry", logging]),
        tests("ServerTests", ["Server", "EventLoop", "HTTP", "Telemetry", logging]),
        tests("RoutingTests", ["DateTime", "Routing", "Server", "HTTP", "JSON", "EmbeddingCore", "Telemetry", logging, crypto]),
        tests("HTTPClientTests", ["HTTPClient", "EventLoop", "HTTP", "Server", "Telemetry", logging]),
        tests("OTLPTests", ["OTLP", "HTTPClient", "JSON", "Telemetry", logging]),
        tests("SurrealDBTests", ["SurrealDB", "HTTPClient", "Telemetry", logging]),
        tests("StorageTests", ["Storage", "DateTime", "Search", "SurrealDB", "EmbeddingCore", "HTTPClient", "Telemetry", logging]),
        tests("InferenceTests", ["Inference", "CInferenceKernels"], resources: [.copy("Fixtures")]),
        tests("ModelHubTests", ["ModelHub", "HTTPClient", "JSON"]),
        tests("ProvidersTests", ["Providers", "ModelHub", "EventLoop", "JSON", "Settings", "EmbeddingCore", "Inference", "HTTPClient", "HTTP", "Server", "Telemetry", logging]),
        tests("SearchTests", ["Search", "CSearchKernels", "EmbeddingCore", "Telemetry", logging]),
        tests("PipelineTests", ["Pipeline", "EmbeddingCore", "Retry", "Telemetry", logging]),
        tests("EmbedStarTests", ["EmbedStar", "EmbeddingCore", "EventLoop", "HTTP", "Providers", "Routing", "Server", "Settings", "Storage", "SurrealDB", logging]),
    ],
    swiftLanguageModes: [.v6]
)

// What `scripts/sanitize` builds: the server with its tests, and how the encoder divides a batch among threads, without what the rest of the package needs.
if Context.environment["EMBED_STAR_PART"] == "server" {
    let part = [
        "CLinux", "CZlib", "DateTime", "EventLoop", "HTTP", "Settings", "Telemetry", "Server", "EchoServer", "DateTimeTests",
        "EventLoopTests", "HTTPTests", "TelemetryTests", "ServerTests",
    ]
    package.targets.removeAll { !part.contains($0.name) }
    // Of the encoder, what threads share: oneDNN is not instrumented.
    package.targets += [
        .target(name: "CInferenceKernels", path: "CLibraries/CInferenceKernels", cSettings: [.unsafeFlags(["-O2"])]),
        .target(
            name: "Inference", dependencies: ["CInferenceKernels"],
            sources: ["InferenceError.swift", "Workers/ForkJoin.swift", "Workers/WorkerThread.swift"], swiftSettings: settings),
        .testTarget(
            name: "InferenceTests", dependencies: ["Inference"], exclude: ["Fixtures"], sources: ["ForkJoinTests.swift"],
            swiftSettings: settings),
    ]
    package.products.removeAll { $0.name != "echo-server" }
}
