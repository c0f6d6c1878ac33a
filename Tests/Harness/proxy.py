"""What stands between embed-star and the database in tests: passes requests on, and misbehaves on demand."""

import http.client
import random
import threading
import time
from http.server import BaseHTTPRequestHandler

from Harness.upstream import Listener

CONFLICT = (
    "The query was not executed due to a failed transaction. Failed to commit transaction due to a read or write "
    "conflict. This transaction can be retried"
)

REJECTION = "Found 'text' for field `description`, with record `repo:one`, but expected a int"


def text(value):
    """CBOR of a string of less than 64 KiB."""
    data = value.encode()
    return b"\x79" + len(data).to_bytes(2, "big") + data


def statement_error(message):
    """The RPC answer of the database to one statement that failed, in CBOR."""
    statement = b"\xa3" + text("status") + text("ERR") + text("time") + text("1ms") + text("result") + text(message)
    return b"\xa1" + text("result") + b"\x81" + statement


class DatabaseProxy:
    """`mode` is what happens to each request that `concerns` admits by its body: `pass`, `refuse` (the connection is cut),
    `hang`, `error` (500), `reject` (the statement fails), `nonsense` (no CBOR) or `conflict` (a share of the writes is
    answered as if it had met another). `requests` counts what arrived."""

    def __init__(self, address):
        self.address = address
        self.mode = "pass"
        self.concerns = lambda body: True
        self.delay = 0.0
        self.share = 1.0
        self.requests = 0
        # Makes another body of an answer's, for hostile databases.
        self.mutate = lambda body: body
        self.random = random.Random(1)
        self.server = Listener(("127.0.0.1", 0), self._handler())
        self.bind = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def settings(self, database):
        """Settings that lead to the database through here."""
        return {**database.settings, "DB_URL": f"http://{self.bind}"}

    def close(self):
        self.mode = "refuse"
        self.server.shutdown()
        self.server.server_close()

    def _handler(self):
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *_):
                pass

            def do_GET(self):
                self.handle_request()

            def do_POST(self):
                self.handle_request()

            def handle_request(self):
                body = self.rfile.read(int(self.headers["Content-Length"] or 0))
                proxy.requests += 1
                while proxy.mode == "hang" and proxy.concerns(body):
                    time.sleep(0.05)
                time.sleep(proxy.delay)
                mode = proxy.mode if proxy.concerns(body) else "pass"
                if mode == "refuse":
                    self.close_connection = True
                elif mode == "error":
                    self.answer(500, "text/plain", b"internal error")
                elif mode == "reject":
                    self.answer(200, "application/cbor", statement_error(REJECTION))
                elif mode == "nonsense":
                    self.answer(200, "application/cbor", b"\xff")
                elif mode == "conflict" and self.is_write(body) and proxy.random.random() < proxy.share:
                    self.answer(200, "application/cbor", statement_error(CONFLICT))
                else:
                    self.forward(body)

            @staticmethod
            def is_write(body):
                return any(word in body for word in (b"UPDATE ", b"INSERT ", b"UPSERT ", b"DELETE "))

            def forward(self, body):
                connection = http.client.HTTPConnection(proxy.address, timeout=60)
                try:
                    headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
                    connection.request(self.command, self.path, body, headers)
                    answer = connection.getresponse()
                    body = proxy.mutate(answer.read())
                    self.answer(answer.status, answer.headers.get("Content-Type", "text/plain"), body)
                except OSError:
                    self.close_connection = True
                finally:
                    connection.close()

            def answer(self, status, kind, body):
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        return Handler
