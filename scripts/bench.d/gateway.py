"""Gateway: what embed-star adds to an uncached text, against asking the same fake provider directly."""

import bench
import load

DIMENSIONS = 384


def main():
    parser = bench.arguments(__doc__)
    parser.add_argument("--provider", required=True, help="the fake provider's program")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    ours, others = load.processors()
    rows = []
    with bench.database() as database, load.provider(options.provider, DIMENSIONS, on=others) as url:
        with bench.service(database.settings, load.settings(url, DIMENSIONS), on=ours) as service:
            for connections in (1, 64):
                used = load.processor_seconds(service.process.pid)
                rounds = [
                    (load.wrk(url, connections, options.seconds, on=others),
                     load.wrk(service.url, connections, options.seconds, on=others))
                    for _ in range(options.rounds)
                ]
                used = load.processor_seconds(service.process.pid) - used
                asked = sum(pair[1][0] for pair in rounds) * options.seconds
                direct, through = min(pair[0][1:] for pair in rounds), min(pair[1][1:] for pair in rounds)
                rows.append({
                    "concurrency": connections,
                    "direct/s": max(pair[0][0] for pair in rounds), "through/s": max(pair[1][0] for pair in rounds),
                    "direct p50 ms": direct[0], "through p50 ms": through[0], "added p50 ms": through[0] - direct[0],
                    "through p99 ms": through[1], "processor µs": 1e6 * used / asked,
                    "MiB": load.memory(service.process.pid)[1] / (1 << 20),
                })
    bench.report(rows, options.json)


main()
