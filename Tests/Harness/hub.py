"""A double of Hugging Face's hub, made from its published contract (huggingface.co/docs/hub/api and what huggingface_hub
sends and reads): the description of a model at a revision, and its files, large ones by way of another host."""

import collections
import hashlib
import json
import pathlib
import threading
from http.server import BaseHTTPRequestHandler
from urllib.parse import unquote, urlsplit

from Harness.upstream import Listener

# Files of this size and more are in large file storage; the real hub goes by .gitattributes.
LARGE = 10_000


def digest(content):
    """The name that Git has for a file."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


class Model:
    """What the hub has of a model. `branches` names commits; the files are the same at each."""

    def __init__(self, files, commit="c" * 40):
        self.files = files
        self.branches = {"main": commit, commit: commit}
        # "public", "private", or "gated": who has no token is told so.
        self.access = "public"
        # What the hub says of the numbers in the weights; None where it has not counted them.
        self.weights = None

    @classmethod
    def of_folder(cls, folder, **options):
        folder = pathlib.Path(folder)
        return cls({str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()},
                   **options)


class Hub:
    """The hub at `url`. `requests` counts the paths, `tokens` what each host was shown. Faults: `broken` maps a path to how
    many bytes of a piece come before the connection breaks, and how often; `poison` maps one to what comes in its place;
    `statuses` are answered first, one a request; without `ranges` files come whole."""

    def __init__(self):
        self.models = {}
        self.token = "hf_test_sentinel"
        self.requests = collections.Counter()
        self.tokens = {"hub": set(), "store": set()}
        self.ranged = []
        self.broken, self.poison, self.statuses = {}, {}, []
        self.ranges = True
        self.hides_digests = False
        # Files are answered while it is set.
        self.gate = threading.Event()
        self.gate.set()
        self.lock = threading.Lock()
        self.store = Listener(("127.0.0.1", 0), self._handler("store"))
        self.hub = Listener(("127.0.0.1", 0), self._handler("hub"))
        self.url = f"http://127.0.0.1:{self.hub.server_port}"
        self.store_url = f"http://localhost:{self.store.server_port}"
        for server in (self.store, self.hub):
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.gate.set()
        for server in (self.store, self.hub):
            server.shutdown()
            server.server_close()

    def settings(self, cache, **more):
        """Settings under which models come from here."""
        return {"HF_ENDPOINT": self.url, "MODEL_CACHE": str(cache), **more}

    @property
    def total(self):
        with self.lock:
            return sum(self.requests.values())

    def _describe(self, handler, name, revision, model):
        commit = model.branches.get(revision)
        if commit is None:
            return handler.refuse(404, "RevisionNotFound", "Invalid rev id")
        siblings = []
        for path, content in model.files.items():
            entry = {"rfilename": path}
            if not self.hides_digests:
                entry |= {"size": len(content), "blobId": digest(content)}
                if len(content) >= LARGE:
                    entry["lfs"] = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 134}
            siblings.append(entry)
        description = {"id": name, "sha": commit, "private": False, "gated": False, "siblings": siblings}
        if model.weights:
            description["safetensors"] = {"parameters": {"F32": model.weights}, "total": model.weights}
        handler.answer(200, json.dumps(description).encode(), {"Content-Type": "application/json"})

    def _resolve(self, handler, name, commit, path, model):
        content = model.files.get(path)
        if content is None:
            return handler.refuse(404, "EntryNotFound", "Entry not found")
        if len(content) < LARGE:
            return handler.file(path, content, {"ETag": f'"{digest(content)}"', "X-Repo-Commit": commit})
        handler.answer(302, b"", {
            "Location": f"{self.store_url}/{name}/{path}?signature=x", "X-Repo-Commit": commit,
            "X-Linked-Etag": f'"{hashlib.sha256(content).hexdigest()}"', "X-Linked-Size": str(len(content)),
        })

    def _handler(hub, role):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments):
                pass

            def answer(self, status, body, headers=None):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def refuse(self, status, code, message):
                self.answer(status, json.dumps({"error": message}).encode(),
                            {"X-Error-Code": code, "X-Error-Message": message})

            def file(self, path, content, headers):
                hub.gate.wait(60)
                content = hub.poison.get(path, content)
                status, part = 200, content
                if hub.ranges and (wanted := self.headers.get("Range")):
                    first, last = wanted.removeprefix("bytes=").split("-")
                    with hub.lock:
                        hub.ranged.append((path, int(first)))
                    if int(first) >= len(content):
                        return self.answer(416, b"", {"Content-Range": f"bytes */{len(content)}", **headers})
                    part = content[int(first):int(last) + 1]
                    status = 206
                    headers = {**headers, "Content-Range": f"bytes {first}-{int(first) + len(part) - 1}/{len(content)}"}
                size, times = hub.broken.get(path, (None, 0))
                if times > 0:
                    hub.broken[path] = (size, times - 1)
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(part)))
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(part[:size])
                    self.wfile.flush()
                    self.close_connection = True
                    self.connection.close()
                    return None
                return self.answer(status, part, headers)

            def do_GET(self):
                path = unquote(urlsplit(self.path).path).strip("/")
                token = self.headers.get("Authorization", "").removeprefix("Bearer ")
                with hub.lock:
                    hub.requests[path] += 1
                    hub.tokens[role].add(token)
                    status = hub.statuses.pop(0) if hub.statuses else None
                if status:
                    return self.answer(status, b"", {"Retry-After": "0"})
                if role == "store":
                    owner, name, file = path.split("/", 2)
                    return self.file(file, hub.models[f"{owner}/{name}"].files[file], {})
                parts = path.split("/")
                describes = parts[:2] == ["api", "models"]
                name = "/".join(parts[2:4] if describes else parts[:2])
                model = hub.models.get(name)
                if token and token != hub.token:
                    return self.refuse(401, "", "Invalid credentials in Authorization header")
                if model is None or (model.access == "private" and not token):
                    # Who has no token is not told whether there is such a model.
                    return self.refuse(404 if token else 401, "RepoNotFound", "Repository not found")
                if describes:
                    return hub._describe(self, name, "/".join(parts[5:]), model)
                if model.access == "gated" and not token:
                    return self.refuse(401, "GatedRepo", "Access to model is restricted")
                return hub._resolve(self, name, parts[3], "/".join(parts[4:]), model)

        return Handler
