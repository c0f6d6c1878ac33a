"""Search quality: hit@1, hit@10 and MRR of the three modes over queries with known answers, by kind of query."""

import json

import bench


def rank(names, answers):
    """Place of the first right answer, from 1; None when it is not among them."""
    return next((place for place, name in enumerate(names, 1) if name in answers), None)


def figures(ranks):
    count = len(ranks)
    return {
        "queries": count,
        "hit@1": sum(found == 1 for found in ranks) / count,
        "hit@10": sum(found is not None for found in ranks) / count,
        "MRR": sum(1 / found for found in ranks if found) / count,
    }


def main():
    parser = bench.arguments(__doc__)
    parser.add_argument("--queries", default=bench.CHECKOUT / "Tests/Fixtures/search-queries.json")
    parser.add_argument("--misses", action="store_true", help="print the queries of hybrid mode without a right first hit")
    options = parser.parse_args()
    rows = bench.repos(options.repos)
    queries = json.load(open(options.queries))
    with bench.database() as database:
        settings = {"EMBEDDING_PROVIDER": "builtin", "SEARCH_BACKEND": "memory"}
        with bench.service(database.settings, settings) as service:
            bench.insert(database, rows)
            service.await_drained(len(rows), within=1800)
        table = []
        with bench.service(database.settings, settings) as service:
            bench.eventually(lambda: service.metric("search_index_repos") >= len(rows), within=120, what="the text index")
            for mode in ("vector", "text", "hybrid"):
                ranks = {}
                for query in queries:
                    answer = service.post("/search", {"q": query["query"], "mode": mode, "limit": 10}).json()
                    names = [hit["full_name"] for hit in answer["results"]]
                    found = rank(names, query["answers"])
                    ranks.setdefault(query["kind"], []).append(found)
                    if options.misses and mode == "hybrid" and found != 1:
                        print(found, query["query"], names[:4])
                everything = [found for kind in ranks.values() for found in kind]
                for kind, found in [("all", everything), *ranks.items()]:
                    table.append({"mode": mode, "kind": kind, **figures(found)})
    bench.report(table, options.json)


main()
