"""GitHub's `GET /users/{username}/starred` for tests, made from its published contract: pages, `Link`, ETags, rate limits,
statuses (https://docs.github.com/en/rest/activity/starring)."""

import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

from Harness.upstream import Listener


def repository(number, **fields):
    """What of a repository's many fields matters, as the REST API gives it."""
    name = f"owner{number}/repo{number}"
    return {
        "id": number, "node_id": "x", "name": f"repo{number}", "full_name": name, "private": False,
        "owner": {"login": f"owner{number}", "id": number, "type": "User"}, "html_url": f"https://github.com/{name}",
        "description": f"Number {number}.", "fork": False, "url": f"https://api.github.com/repos/{name}",
        "stargazers_count": number, "language": "Go", "topics": ["a", "b"], "updated_at": "2026-01-01T00:00:00Z",
        **fields,
    }


class GitHub:
    """`stars` are each user's repositories, the oldest star first; `requests` are the paths asked for; `limit` is how many
    requests are left, nil for as many as one likes; no request is answered while `gate` is cleared."""

    def __init__(self):
        self.stars = {}
        self.requests = []
        self.tokens = set()
        self.statuses = []
        self.limit = None
        self.reset = 0
        self.gate = threading.Event()
        self.gate.set()
        self.server = Listener(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.gate.set()
        self.server.shutdown()
        self.server.server_close()

    def star(self, user, numbers, **fields):
        self.stars.setdefault(user, []).extend(repository(number, **fields) for number in numbers)

    def unstar(self, user, number):
        self.stars[user] = [one for one in self.stars[user] if one["id"] != number]

    @property
    def settings(self):
        return {"GITHUB_API_URL": self.url}

    def answer(self, path, headers):
        """Status, fields and body."""
        url = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        parts = url.path.strip("/").split("/")
        if len(parts) != 3 or parts[0] != "users" or parts[2] != "starred" or parts[1] not in self.stars:
            return 404, {}, {"message": "Not Found", "documentation_url": "https://docs.github.com/rest"}
        if self.limit is not None and self.limit <= 0 and time.time() < self.reset:
            return 403, {"x-ratelimit-limit": "60", "x-ratelimit-remaining": "0",
                         "x-ratelimit-reset": str(self.reset)}, {"message": "API rate limit exceeded"}
        size, page = int(query.get("per_page", 30)), int(query.get("page", 1))
        assert query["sort"] == "created" and query["direction"] == "asc" and size <= 100
        stars = self.stars[parts[1]]
        shown = stars[(page - 1) * size:page * size]
        etag = 'W/"' + hashlib.sha256(json.dumps(shown).encode()).hexdigest() + '"'
        if headers.get("If-None-Match") == etag:
            return 304, {"ETag": etag}, None
        if self.limit is not None:
            self.limit -= 1
        fields = {"ETag": etag, "x-ratelimit-remaining": str(self.limit if self.limit is not None else 4999)}
        if page * size < len(stars):
            fields["Link"] = f'<{self.url}/user/1/starred?page={page + 1}>; rel="next", <{self.url}/x>; rel="last"'
        return 200, fields, shown

    def _handler(self):
        github = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                assert self.headers["User-Agent"] and self.headers["X-GitHub-Api-Version"] == "2022-11-28"
                github.requests.append(self.path)
                github.tokens.add(self.headers.get("Authorization"))
                github.gate.wait(60)
                status, fields, body = github.answer(self.path, self.headers)
                github.statuses.append(status)
                content = b"" if body is None else json.dumps(body).encode()
                self.send_response(status)
                for name, value in fields.items():
                    self.send_header(name, value)
                if body is not None:
                    self.send_header("Content-Type", "application/json; charset=utf-8")
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        return Handler
