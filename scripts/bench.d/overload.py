"""Overload: ten times what the provider can do is asked for: goodput against the best, refusals, memory."""

import asyncio
import collections
import re
import time

import bench
import load

DIMENSIONS, DELAY_MS, BATCH, PARALLEL, TIMEOUT_MS = 384, 100, 8, 2, 2000
CAPACITY = BATCH * PARALLEL * 1000 // DELAY_MS


class Client:
    """One keep-alive connection."""

    def __init__(self, port):
        self.port, self.reader, self.writer = port, None, None

    async def ask(self, text):
        """Status, seconds, and what Retry-After says."""
        if not self.writer:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        body = b'{"input":"%s"}' % text.encode()
        start = time.perf_counter()
        self.writer.write(b"POST /v1/embeddings HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                          b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        await self.reader.readexactly(int(re.search(r"content-length: (\d+)", head, re.I)[1]))
        wait = re.search(r"retry-after: (\d+)", head, re.I)
        return int(head[9:12]), time.perf_counter() - start, wait and int(wait[1])


async def run(port, rate, seconds):
    """Asks `rate` times a second whatever becomes of the answers; the answers that came after the first second."""
    idle, found, tasks = collections.deque(), [], set()
    start = time.perf_counter()

    async def one(number):
        client = idle.pop() if idle else Client(port)
        answer = await client.ask(f"text {rate} {number}")
        idle.append(client)
        found.append((time.perf_counter() - start, *answer))

    sent = 0
    while (now := time.perf_counter() - start) < seconds:
        for _ in range(int(now * rate) - sent):
            task = asyncio.create_task(one(sent))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            sent += 1
        await asyncio.sleep(0.002)
    await asyncio.gather(*tasks)
    return sent / seconds, found


def row(service, rate, seconds):
    sent, found = asyncio.run(run(service.port, rate, seconds))
    # What waits in the queue at first and at the end belongs to no steady state.
    goodput = sum(1 for at, status, _, _ in found if status == 200 and 2 < at <= seconds) / (seconds - 2)
    statuses = collections.Counter(status for _, status, _, _ in found)
    served = [1000 * took for _, status, took, _ in found if status == 200]
    refused = [1000 * took for _, status, took, _ in found if status in (429, 503)]
    return {
        "asked/s": sent, "goodput/s": goodput, "of capacity": goodput / CAPACITY,
        "statuses": " ".join(f"{status}:{count}" for status, count in sorted(statuses.items())),
        "served max ms": max(served, default=0.0),
        "refused p50 ms": bench.percentile(refused, 0.5) if refused else 0.0,
        "refused p99 ms": bench.percentile(refused, 0.99) if refused else 0.0,
        "without Retry-After": sum(1 for _, status, _, wait in found if status != 200 and not wait),
        "MiB": load.memory(service.process.pid)[1] / (1 << 20),
    }


def main():
    parser = bench.arguments(__doc__)
    parser.add_argument("--provider", required=True, help="the fake provider's program")
    parser.add_argument("--seconds", type=int, default=15)
    options = parser.parse_args()
    with bench.database() as database, load.provider(options.provider, DIMENSIONS, DELAY_MS) as url:
        settings = load.settings(url, DIMENSIONS, BATCH_SIZE=BATCH, PARALLEL_WORKERS=PARALLEL,
                                 REQUEST_TIMEOUT_MS=TIMEOUT_MS)
        with bench.service(database.settings, settings) as service:
            rows = [row(service, CAPACITY * times, options.seconds) for times in (1, 2, 10, 1)]
            service.process.check()
    bench.report(rows, options.json)


main()
