"""What requests took is given back: memory does not keep the size of the worst moment."""

import contextlib
import json
import pathlib
import resource
import socket

from Harness.process import eventually

MIB = 1 << 20
BODY = 2 * MIB


def resident(service):
    pages = pathlib.Path(f"/proc/{service.process.pid}/statm").read_text().split()[1]
    return int(pages) * resource.getpagesize()


def fill(service, connections):
    """Bodies that lack their last byte, so that all of them are held at once."""
    body = json.dumps({"input": ["x" * 1000] * 2000}).encode()
    body += b" " * (BODY - len(body) - 1)
    head = (f"POST /v1/embeddings HTTP/1.1\r\nHost: 127.0.0.1:{service.port}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {BODY}\r\n\r\n").encode()
    with contextlib.ExitStack() as stack:
        for _ in range(connections):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", service.port), timeout=30))
            # Past the budget the service answers and closes.
            with contextlib.suppress(OSError):
                client.sendall(head + body)
        eventually(lambda: resident(service) > 150 * MIB, what="memory to be taken")


def test_memory_comes_back_after_the_body_budget_was_filled_twice(database, upstream, serve):
    service = serve(database.settings, upstream.openai())
    before = resident(service)
    for _ in range(2):
        fill(service, 150)
        eventually(lambda: resident(service) < before + 48 * MIB, what="memory to come back")
    assert service.embed(["still here"])
