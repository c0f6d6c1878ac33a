"""The page of figures, one part a benchmark with its table and its chart, made of docs/benchmarks.json."""

import dataclasses
import html


@dataclasses.dataclass
class Chart:
    """A bar a row."""

    title: str
    label: str
    value: str
    file: str
    rows: object = lambda row: True


@dataclasses.dataclass
class Page:
    """A benchmark's part of the page."""

    name: str
    title: str
    text: str
    arguments: tuple = ()
    # The option that names a file of repositories, if it takes one.
    repos: str = ""
    charts: tuple = ()


PAGES = [
    Page("http", "HTTP server", "One core for the server and one for wrk, 64 connections that are kept alive, medians of the rounds. "
         "Hummingbird answers a cached embedding with a fixed text of the same size.",
         charts=(Chart("GET /livez, requests/s", "server", "requests/s", "http.svg", lambda row: row["request"] == "/livez"),)),
    Page("gateway", "Gateway to a provider", "A text that is not cached goes through to a provider that answers at once; server and "
         "peers have one core. What each adds to asking the provider directly.",
         charts=(Chart("Added time at one request at a time, ms", "name", "ms", "gateway.svg"),)),
    Page("encode", "Built-in model", "1000 descriptions of repositories with all-MiniLM-L6-v2. The lowest cosine is to "
         "sentence-transformers in fp32.", repos="--texts",
         charts=(Chart("texts/s", "name", "texts_per_second", "encode.svg"),)),
    Page("serve", "Built-in model over HTTP", "The same model through `POST /v1/embeddings`, its clients on the same cores, nothing "
         "cached.", repos="--repos"),
    Page("drain", "Pipeline", "From pending to embedded, with a provider of 50 ms a call and with the built-in model. pgai works "
         "on PostgreSQL with pgvector, without fsync, with the same provider. The last column compares with what the "
         "model computes alone. The rows of SurrealDB are the engine's bound: it writes nothing but the vectors, into rows without "
         "events or indexes.",
         repos="--repos", charts=(Chart("repositories/s", "provider", "repos/s", "drain.svg"),)),
    Page("claim", "Claim", "Taking 50 jobs from the queue of a large table, by how many are due, and a naive poll of the table."),
    Page("import", "Import", "`embed-star import FILE`, alone and beside a running service that embeds what comes in, with a provider "
         "of 50 ms a call or with the built-in model.", repos="--repos"),
    Page("contention", "What disturbs a drain", "Texts that always fail, searches, and what the drain costs the push API."),
    Page("search", "Search", "`own ms` is what a search takes in the service, beside its requests to the database; the rest of "
         "the p50 is the engine's.", repos="--repos",
         charts=(Chart("vector search, p50 in ms", "label", "p50 ms", "search.svg"),)),
    Page("large", "Large answers", "One request of 2048 texts of 1536 dimensions."),
    Page("overload", "Overload", "More is asked for than the provider can do."),
]

BEGIN, END = "<!-- made by scripts/bench all --report -->\n", "<!-- end -->\n"


def write_page(folder, results):
    """Puts the parts between the two marks of docs/benchmarks.md."""
    (folder / "charts").mkdir(exist_ok=True)
    made = "\n".join(part(page, results[page.name], folder) for page in PAGES if page.name in results)
    file = folder / "benchmarks.md"
    before, rest = file.read_text().split(BEGIN)
    file.write_text(before + BEGIN + "\n" + made + "\n" + END + rest.split(END)[1])


def part(page, result, folder):
    machine = result["machine"]
    instructions = ", ".join(machine["instructions"]) or "none of AVX2 and AVX-512"
    lines = [
        f"## {page.title}\n", f"`scripts/bench {page.name}`. {page.text}\n",
        f"{result['date']}, commit {result['commit']}; {machine['processors']} processors of {machine['processor']} ({instructions}), "
        f"{machine['memory GiB']} GiB, {machine['system']}.\n",
    ]
    for chart in page.charts:
        bars = [(str(row[chart.label]), row[chart.value]) for row in chart_rows(page, result["rows"])
                if chart.rows(row) and isinstance(row.get(chart.value), (int, float))]
        if bars:
            (folder / "charts" / chart.file).write_text(svg(chart.title, bars))
            told = "; ".join(f"{name} {number(value)}" for name, value in bars)
            lines.append(f"![{chart.title}: {told}](charts/{chart.file})\n")
    lines.append(table(result["rows"]))
    return "\n".join(lines)


def chart_rows(page, rows):
    """The rows as the chart wants them, where the table has them otherwise."""
    if page.name == "gateway":
        alone = rows[0]
        return [{"name": key.removesuffix(" adds ms"), "ms": value} for key, value in alone.items() if key.endswith(" adds ms")]
    if page.name == "search":
        return [{**row, "label": f"{row['backend']}, {row['vectors']:,}"} for row in rows]
    return rows


# Columns under the names that people read; those of None are for scripts alone.
COLUMNS = {
    "texts_per_second": "texts/s", "texts_per_cpu_second": "texts/CPU s", "lowest_cosine": "lowest cosine",
    "drained": None, "fenced": None, "written": None, "texts sent": None, "start s": None,
}


def table(rows):
    columns = [name for name in rows[0] if COLUMNS.get(name, name) and any(row[name] not in ("", None) for row in rows)]
    lines = ["| " + " | ".join(COLUMNS.get(name, name) for name in columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(number(row[column]) for column in columns) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def number(value):
    """As a person reads it: three digits that mean something."""
    if value == "" or value is None:
        return "–"
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value).replace("|", "\\|")
    if isinstance(value, int) or abs(value) >= 100:
        return f"{value:,.0f}"
    if 0.999 < abs(value) < 1:
        return f"{value:.7g}"
    return f"{value:.3g}"


def svg(title, bars):
    """Horizontal bars; ours are coloured."""
    most = max(value for _, value in bars) or 1
    height = 44 + 30 * len(bars)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 {height}" width="720" height="{height}" role="img" '
        f'aria-label="{html.escape(title)}" font-family="system-ui, sans-serif" font-size="14">',
        f'<rect width="720" height="{height}" fill="#ffffff"/>',
        f'<text x="16" y="24" font-weight="600" fill="#1f2328">{html.escape(title)}</text>',
    ]
    for index, (name, value) in enumerate(bars):
        y = 40 + 30 * index
        width = max(2, 360 * value / most)
        colour = "#0969da" if name.startswith(("embed-star", "memory", "surrealdb")) else "#8c959f"
        lines += [
            f'<text x="220" y="{y + 16}" text-anchor="end" fill="#1f2328">{html.escape(name)}</text>',
            f'<rect x="230" y="{y}" width="{width:.1f}" height="22" rx="3" fill="{colour}"/>',
            f'<text x="{240 + width:.1f}" y="{y + 16}" fill="#57606a">{number(value)}</text>',
        ]
    return "\n".join([*lines, "</svg>", ""])
