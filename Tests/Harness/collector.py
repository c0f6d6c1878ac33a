"""An OpenTelemetry collector for tests: takes OTLP over HTTP in JSON and reads it with the published schema."""

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler

from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from Harness.upstream import Listener

IDS = {"traceId": 16, "spanId": 8, "parentSpanId": 8}


def as_protobuf_json(value):
    """OTLP writes ids in hexadecimal where protobuf's own JSON has base64; everything else is the same."""
    if isinstance(value, list):
        return [as_protobuf_json(item) for item in value]
    if not isinstance(value, dict):
        return value
    result = {}
    for name, item in value.items():
        if name in IDS:
            raw = bytes.fromhex(item)
            assert len(raw) == IDS[name] and item == item.lower(), f"{name}: {item}"
            result[name] = base64.b64encode(raw).decode()
        else:
            result[name] = as_protobuf_json(item)
    return result


class Collector:
    """Keeps every span it was sent; `status` is what it answers, `headers` those of the last request."""

    def __init__(self):
        self.status = 200
        self.requests = []
        self.headers = {}
        self.server = Listener(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    @property
    def spans(self):
        return [span for request in self.requests for resource in request.resource_spans
                for scope in resource.scope_spans for span in scope.spans]

    def resource(self):
        return attributes(self.requests[-1].resource_spans[0].resource)

    def _handler(self):
        collector = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.headers = {name.lower(): value for name, value in self.headers.items()}
                status = collector.status
                if self.path != "/v1/traces" or self.headers["Content-Type"] != "application/json":
                    status = 404
                if status == 200:
                    # Unknown fields are errors: what passes here fits the schema.
                    message = json_format.ParseDict(as_protobuf_json(json.loads(body)), ExportTraceServiceRequest())
                    collector.requests.append(message)
                self.send_response(status)
                self.send_header("Content-Length", "2")
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(b"{}")

        return Handler


def attributes(holder):
    """Attributes of a span or a resource as a dictionary."""
    return {item.key: getattr(item.value, item.value.WhichOneof("value")) for item in holder.attributes}
