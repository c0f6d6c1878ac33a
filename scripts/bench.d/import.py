"""Import: how long `embed-star import FILE` takes, alone and beside a service that embeds what comes in, with a fake
provider of 50 ms a call or with the built-in model."""

import contextlib
import json
import os
import pathlib
import subprocess
import tempfile
import time

import bench

from Harness.upstream import Upstream


def seconds(database, file, count):
    """How long the command takes; afterwards all repos are in the table."""
    environment = {**os.environ, **{name: str(value) for name, value in database.settings.items()}}
    start = time.monotonic()
    subprocess.run([bench.program(), "import", file], env=environment, check=True, capture_output=True)
    took = time.monotonic() - start
    (found,) = database.query("SELECT count() FROM repo GROUP ALL")
    assert found["count"] == count, f"{found['count']} of {count} repos were imported"
    return took


def main():
    parser = bench.arguments(__doc__)
    options = parser.parse_args()
    rows = list({row["full_name"].lower(): row for row in bench.repos(options.repos)}.values())
    table = []
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "repos.ndjson"
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
        upstream = Upstream(0.05)
        fake = upstream.openai(EMBEDDING_DIMENSIONS=384, REQUESTS_PER_MINUTE=0, TOKENS_PER_MINUTE=0)
        for name, settings in [("alone", None), ("beside a service, 50 ms a call", fake),
                               ("beside a service, built-in model", {"EMBEDDING_PROVIDER": "builtin"})]:
            with bench.database() as database:
                service = bench.service(database.settings, settings) if settings else contextlib.nullcontext()
                with service:
                    took = seconds(database, file, len(rows))
            table.append({"import": name, "repos": len(rows), "seconds": took, "repos/s": len(rows) / took})
        upstream.close()
    bench.report(table, options.json)


main()
