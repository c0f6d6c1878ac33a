"""Runs the benchmarks that docs/benchmarks.md shows, each with its peers in the same run, and writes the page from what
they measured. What was not run this time keeps its figures of before, with their date and machine.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import tempfile

from report import PAGES, write_page

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
RESULTS = CHECKOUT / "docs/benchmarks.json"


def machine():
    """What the figures depend on."""
    information = pathlib.Path("/proc/cpuinfo").read_text()
    flags = set(re.search(r"^flags\s*: (.*)$", information, re.M)[1].split())
    system = re.search(r'^PRETTY_NAME="(.*)"$', pathlib.Path("/etc/os-release").read_text(), re.M)[1]
    memory = int(re.search(r"MemTotal:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text())[1])
    return {
        "processor": re.search(r"^model name\s*: (.*)$", information, re.M)[1],
        "processors": len(os.sched_getaffinity(0)),
        "instructions": sorted(flags & {"avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16"}),
        "memory GiB": round(memory / (1 << 20)),
        "system": f"{system}, Linux {platform.release()}",
    }


def commit():
    return subprocess.check_output(["git", "rev-parse", "--short", "HEAD"], cwd=CHECKOUT, text=True).strip()


def run(page, extra):
    """What the benchmark measured, or None when it failed."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "figures.json"
        command = [CHECKOUT / "scripts/bench", page.name, *page.arguments, *extra, "--json", file]
        print(f"==> {' '.join(map(str, command[1:-2]))}", flush=True)
        if subprocess.run(list(map(str, command)), cwd=CHECKOUT, check=False).returncode:
            print(f"scripts/bench {page.name} failed; its figures of before stay", file=sys.stderr)
            return None
        figures = json.loads(file.read_text())
    return figures["rows"] if isinstance(figures, dict) else figures


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench all", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these benchmarks (default: all)")
    parser.add_argument("--repos", help="NDJSON to measure with, where a benchmark takes repositories")
    parser.add_argument("--report", action="store_true", help="write docs/benchmarks.json, docs/benchmarks.md and its charts")
    options = parser.parse_args()
    known = {page.name: page for page in PAGES}
    for name in options.names:
        if name not in known:
            parser.error(f"no benchmark of the page is called {name}; there are {', '.join(known)}")
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for name in options.names or known:
        page = known[name]
        extra = [page.repos, options.repos] if options.repos and page.repos else []
        rows = run(page, extra)
        if rows is not None:
            results[name] = {"date": datetime.date.today().isoformat(), "commit": commit(), "machine": machine(), "rows": rows}
            if options.report:
                RESULTS.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n")
    if options.report:
        write_page(CHECKOUT / "docs", results)


main()
