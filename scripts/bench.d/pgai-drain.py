"""The peer of `scripts/bench drain`: pgai's vectorizer worker embeds a table of PostgreSQL with pgvector, with the texts
that embed-star makes of the repos. Reads `[[name, text], …]` and prints how many vectors there are at the end, and when
that was by the monotonic clock. Runs with packages of its own.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import pgai
import pgserver
import psycopg

PGAI = pathlib.Path(sys.executable).with_name("pgai")
# Carried by the package; without being told, it asks the network for them.
TOKENIZERS = pathlib.Path(pgai.__file__).with_name("vectorizer") / "tiktoken_cache"
VECTORIZER = """
    SELECT ai.create_vectorizer('repo'::regclass, loading => ai.loading_column('text'),
        destination => ai.destination_table('embedded'), chunking => ai.chunking_none(),
        embedding => ai.embedding_openai('text-embedding-3-small', 384, base_url => %(url)s),
        processing => ai.processing_default(batch_size => %(batch)s, concurrency => %(concurrency)s))
"""


def drain(connection, database, options):
    """Embeds every row, and answers how many vectors there are, and when the queue was empty."""
    values = {"url": options.provider, "batch": options.batch, "concurrency": options.concurrency}
    [vectorizer] = connection.execute(VECTORIZER, values).fetchone()
    environment = {
        **os.environ, "OPENAI_API_KEY": "none", "DD_TRACE_ENABLED": "false", "TIKTOKEN_CACHE_DIR": str(TOKENIZERS)
    }
    worker = subprocess.Popen(
        [PGAI, "vectorizer", "worker", "--db-url", database, "--vectorizer-id", str(vectorizer), "--once",
         "--concurrency", str(options.concurrency), "--log-level", "warn"], stdout=sys.stderr, env=environment)
    while connection.execute("SELECT ai.vectorizer_queue_pending(%s, true)", [vectorizer]).fetchone()[0]:
        assert worker.poll() is None, "the worker ended before the queue was empty"
        time.sleep(0.1)
    end = time.monotonic()
    assert worker.wait(60) == 0
    return {"vectors": connection.execute("SELECT count(*) FROM embedded").fetchone()[0], "end": end}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--provider", required=True, help="base URL with OpenAI's wire")
    parser.add_argument("--concurrency", type=int, required=True)
    parser.add_argument("--batch", type=int, help="texts a call; pgai's default if not given")
    options = parser.parse_args()
    texts = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        with pgserver.get_server(folder, cleanup_mode="stop") as server:
            database = server.get_uri()
            subprocess.run([PGAI, "install", "--db-url", database], check=True, stdout=sys.stderr)
            with psycopg.connect(database, autocommit=True) as connection:
                # No write waits for a disk, as none of the engine's does that embed-star is measured with.
                connection.execute("ALTER SYSTEM SET fsync = off")
                connection.execute("ALTER SYSTEM SET synchronous_commit = off")
                connection.execute("SELECT pg_reload_conf()")
                connection.execute("CREATE TABLE repo (full_name text PRIMARY KEY, text text NOT NULL)")
                with connection.cursor() as cursor:
                    with cursor.copy("COPY repo FROM STDIN") as rows:
                        for row in texts:
                            rows.write_row(row)
                print(json.dumps(drain(connection, database, options)))


main()
