"""What schemathesis has to know of embed-star: lines of JSON, and GitHub's signature."""

import hashlib
import hmac
import json
import os

import schemathesis
from schemathesis.transport.requests import REQUESTS_TRANSPORT


@schemathesis.serializer("application/x-ndjson")
def lines_of_json(ctx, value):
    if isinstance(value, list):
        return "".join(json.dumps(line) + "\n" for line in value).encode("utf-8", "surrogatepass")
    return json.dumps(value).encode("utf-8", "surrogatepass")


@schemathesis.hook
def before_call(ctx, case, kwargs):
    secret = os.environ.get("GITHUB_WEBHOOK_SECRET")
    if not secret or case.path != "/webhooks/github" or not case.headers or "X-Hub-Signature-256" not in case.headers:
        return
    body = REQUESTS_TRANSPORT.serialize_case(case).get("json")
    if body is not None:
        raw = json.dumps(body).encode()
        case.headers["X-Hub-Signature-256"] = "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
