"""Search quality: hit@1, hit@10 and MRR of the three modes over queries with known answers, by kind of query.

The rankings were chosen with the first set in view; the held-out set was written without looking at results, and is for
nothing but measuring.
"""

import json

import bench
import embedded

SETS = {"seen": "search-queries.json", "held out": "search-queries-held-out.json"}


def rank(names, answers):
    """Place of the first right answer, from 1; None when it is not among them. GitHub's names have no case."""
    right = {name.lower() for name in answers}
    return next((place for place, name in enumerate(names, 1) if name.lower() in right), None)


def figures(ranks):
    count = len(ranks)
    return {
        "queries": count,
        "hit@1": sum(found == 1 for found in ranks) / count,
        "hit@10": sum(found is not None for found in ranks) / count,
        "MRR": sum(1 / found for found in ranks if found) / count,
    }


def ranks(service, queries, mode, misses):
    """The ranks of right answers by kind of query."""
    ranks = {}
    for query in queries:
        answer = service.post("/search", {"q": query["query"], "mode": mode, "limit": 10}).json()
        names = [hit["full_name"] for hit in answer["results"]]
        found = rank(names, query["answers"])
        if not query["answers"]:
            continue
        ranks.setdefault(query["kind"], []).append(found)
        if misses and found != 1:
            print(found, query["query"], names[:4])
    return ranks


def main():
    parser = embedded.arguments(__doc__)
    parser.add_argument("--set", choices=SETS, action="append", help="set of queries; both")
    parser.add_argument("--misses", choices=["vector", "text", "hybrid"], help="print the queries of the seen set without a right first hit in this mode")
    options = parser.parse_args()
    rows, vectors, fingerprint = embedded.real(options)
    table = []
    with bench.database() as database:
        embedded.fill(database, rows, vectors, fingerprint)
        with bench.service(database.settings, embedded.settings(options, "memory")) as service:
            bench.eventually(lambda: service.metric("search_index_repos") >= len(rows), within=120, what="the text index")
            for name in options.set or SETS:
                queries = json.loads((bench.CHECKOUT / "Tests/Fixtures" / SETS[name]).read_text())
                for mode in ("vector", "text", "hybrid"):
                    found = ranks(service, queries, mode, options.misses == mode and name == "seen")
                    everything = [rank for kind in found.values() for rank in kind]
                    for kind, of_kind in [("all", everything), *found.items()]:
                        table.append({"set": name, "mode": mode, "kind": kind, **figures(of_kind)})
    bench.report(table, options.json)


main()
