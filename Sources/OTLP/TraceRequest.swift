import JSON
import Telemetry

/// The body of an export: `ExportTraceServiceRequest` of opentelemetry-proto 1.x in OTLP's JSON, where ids are
/// hexadecimal and 64-bit numbers are text (OTLP specification, "JSON Protobuf Encoding").
enum TraceRequest {
    /// - Parameter resource: what the spans come from, such as `service.name`.
    static func bytes(_ spans: [Span], resource: [(name: String, value: String)], version: String) -> [UInt8] {
        JSONWriter.object(capacity: 512 + spans.count * 768) { json in
            json.list("resourceSpans") { json in
                json.member("resource") { json in
                    json.key("attributes")
                    json.array { json in
                        for (name, value) in resource { json.attribute(name, .text(value)) }
                    }
                }
                json.list("scopeSpans") { json in
                    json.member("scope") { json in
                        json.member("name", "embed-star")
                        json.member("version", version)
                    }
                    json.key("spans")
                    json.array { json in
                        for span in spans { json.span(span) }
                    }
                }
            }
        }
    }
}

extension JSONWriter {
    /// A member that is an array of one object.
    fileprivate mutating func list(_ name: StaticString, _ members: (inout JSONWriter) -> Void) {
        key(name)
        array { $0.object(members) }
    }

    fileprivate mutating func span(_ span: Span) {
        let outcome = span.outcome
        object { json in
            json.ids(span.context)
            if let parent = span.parentID { json.member("parentSpanId", TraceContext.text(ofSpan: parent)) }
            json.member("name", span.name)
            json.member("kind", span.kind.rawValue)
            json.member("startTimeUnixNano", String(span.start))
            json.member("endTimeUnixNano", String(max(span.start, outcome.end)))
            json.key("attributes")
            json.array { json in
                for (name, value) in outcome.attributes { json.attribute("\(name)", value) }
            }
            if !span.links.isEmpty {
                json.key("links")
                json.array { json in
                    for link in span.links { json.object { $0.ids(link) } }
                }
            }
            json.member("status") { json in
                // STATUS_CODE_ERROR; left out it is unset.
                if let failure = outcome.failure {
                    json.member("code", 2)
                    json.member("message", failure)
                }
            }
        }
    }

    private mutating func ids(_ context: TraceContext) {
        member("traceId", context.traceID.description)
        member("spanId", TraceContext.text(ofSpan: context.spanID))
        if !context.state.isEmpty { member("traceState", context.state) }
    }

    fileprivate mutating func attribute(_ name: String, _ value: Span.Value) {
        object { json in
            json.member("key", name)
            json.member("value") { json in
                switch value {
                case .text(let text): json.member("stringValue", text)
                case .integer(let number): json.member("intValue", String(number))
                }
            }
        }
    }
}
