package import Settings

/// Where traces go; the names are OpenTelemetry's own.
package enum TraceSettings {
    package static let endpoint = Setting(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        default: String?.none,
        shown: "",
        "where traces go, OTLP over HTTP, such as `http://localhost:4318`; unset: no traces",
        accepted: "a URL without query, such as http://localhost:4318"
    ) { URLSyntax.isBase($0, schemes: ["http", "https"]) ? .some($0) : nil }
    package static let headers = Setting.fields(
        "OTEL_EXPORTER_OTLP_HEADERS",
        "header fields sent with traces, `name=value`, comma-separated"
    )
    package static let serviceName = Setting.text("OTEL_SERVICE_NAME", "embed-star", "the service's name in traces")
    package static let ratio = Setting(
        "OTEL_TRACES_SAMPLER_ARG",
        default: 1.0,
        shown: "1",
        "share of the traces begun here that is recorded, 0 to 1",
        accepted: "a number from 0 to 1"
    ) { text in Double(text).flatMap { (0...1).contains($0) ? $0 : nil } }

    /// In the order people read them.
    package static let all: [any AnySetting] = [endpoint, headers, serviceName, ratio]
}
