"""The repos with the built-in model's vectors, made once and kept, for benchmarks of what comes after the embedding."""

import json
import pathlib

import numpy as np

import bench
from repo_texts import text_hash

FIELDS = ("full_name", "description", "language", "topics", "stars", "url", "owner", "is_private")


def arguments(description):
    parser = bench.arguments(description)
    parser.add_argument("--precision", choices=["fp32", "bf16", "int8"], help="of the built-in model; its own choice")
    parser.add_argument("--cache", required=True, help="folder in which the vectors of the real repos are kept")
    return parser


def settings(options, backend):
    chosen = {"BUILTIN_PRECISION": options.precision} if options.precision else {}
    return {"EMBEDDING_PROVIDER": "builtin", "SEARCH_BACKEND": backend, **chosen}


def real(options):
    """The repos of the file with the built-in model's vectors, made once and kept; and the model's fingerprint."""
    folder = pathlib.Path(options.cache) / (options.precision or "")
    if not (folder / "done.json").is_file():
        rows = bench.repos(options.repos)
        with bench.database() as database:
            with bench.service(database.settings, settings(options, "memory")) as service:
                bench.insert(database, rows)
                service.await_drained(len(rows), within=3600)
            kept, after = [], None
            while True:
                source = "repo" if after is None else "type::record('repo', $after>..)"
                page = database.query(f"SELECT * FROM {source} LIMIT 1000", {"after": after})
                if not page:
                    break
                after = page[-1]["id"].id
                kept += page
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / "vectors.npy", np.array([row["embedding"] for row in kept], dtype=np.float32))
        rows = [{field: row.get(field) for field in FIELDS} for row in kept]
        done = {"fingerprint": kept[0]["embedding_fingerprint"], "rows": rows}
        (folder / "done.json").write_text(json.dumps(done))
    done = json.loads((folder / "done.json").read_text())
    return done["rows"], np.load(folder / "vectors.npy"), done["fingerprint"]


def fill(database, rows, vectors, fingerprint):
    """Rows as embed-star leaves them, written before it knows the database, so that nothing is due."""
    for start in range(0, len(rows), 500):
        page = [
            {**row, "embedding": vector.tolist(), "embedding_fingerprint": fingerprint, "embedding_text_hash": text_hash(row)}
            for row, vector in zip(rows[start : start + 500], vectors[start : start + 500])
        ]
        database.query("INSERT INTO repo $rows RETURN NONE", {"rows": page})
