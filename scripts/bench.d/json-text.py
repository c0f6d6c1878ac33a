"""Shows what json-benchmark measures as a table; see scripts/bench.d/json."""

import argparse
import json
import pathlib
import subprocess

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--binary", required=True)
parser.add_argument("--json", type=pathlib.Path, help="where to write the figures")
options = parser.parse_args()

output = subprocess.run([options.binary], check=True, text=True, stdout=subprocess.PIPE).stdout
rows = [json.loads(line) for line in output.splitlines()]
print(f"{'100 vectors of 1536':28} {'bytes':>9} {'ours':>10} {'Foundation':>12}")
for row in rows:
    ours, foundation = row["milliseconds"], row["foundation_milliseconds"]
    print(f"{row['name']:28} {row['bytes']:9} {ours:7.3f} ms {foundation:9.3f} ms")
if options.json:
    options.json.write_text(json.dumps(rows, indent=2) + "\n")
