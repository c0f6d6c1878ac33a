"""Draws the dashboard: dashboard.py FILE.png PROMETHEUS. Units, thresholds and mappings are read as Grafana reads them."""

import html
import json
import os
import pathlib
import re
import sys
import tempfile
import time

import requests

from Harness.browser import Browser

DASHBOARD = pathlib.Path(__file__).resolve().parents[1] / "deploy/grafana/embed-star.json"
COLUMN, ROW, SPAN = 60, 34, 900
COLOURS = ["#7eb26d", "#eab839", "#6ed0e0", "#ef843c", "#e24d42", "#1f78c1", "#ba43a9", "#705da0"]
NAMED = {"green": "#3f9b4f", "orange": "#e08c2b", "red": "#d0362f", "text": "#d8d9da"}


def series(url, target):
    """Of the last quarter of an hour: (legend, [(time, value)])."""
    query = target["expr"].replace("$job", ".*").replace("$__rate_interval", "1m")
    end = time.time()
    answer = requests.get(f"{url}/api/v1/query_range", timeout=10, params={
        "query": query, "start": end - SPAN, "end": end, "step": 5}).json()
    if answer["status"] != "success":
        sys.exit(f"{query}: {answer}")
    for found in answer["data"]["result"]:
        labels = found["metric"]
        legend = re.sub(r"\{\{(\w+)\}\}", lambda match: labels.get(match[1], ""), target["legendFormat"])
        yield legend, [(float(at), float(value)) for at, value in found["values"] if value != "NaN"]


def said(value, unit):
    if unit == "percentunit":
        return f"{100 * value:.3g} %"
    if unit == "bytes":
        return f"{value / (1 << 20):.0f} MiB"
    if unit == "s":
        return f"{1000 * value:.3g} ms" if value < 1 else f"{value:.3g} s"
    return f"{value:,.3g}" if value < 1000 else f"{value:,.0f}"


def tile(panel, url):
    defaults = panel["fieldConfig"]["defaults"]
    values = [points[-1][1] for target in panel["targets"] for _, points in series(url, target) if points]
    if not values:
        return defaults.get("noValue", "no data"), NAMED["text"], False
    value = values[-1]
    for mapping in defaults.get("mappings", []):
        option = mapping["options"].get(f"{value:g}")
        if option:
            return option["text"], NAMED[option["color"]], True
    steps = [step for step in defaults["thresholds"]["steps"] if step["value"] is None or value >= step["value"]]
    return said(value, defaults["unit"]), NAMED[steps[-1]["color"]], panel["options"]["colorMode"] == "background"


def lines(panel, url, width, height):
    drawn = [line for target in panel["targets"] for line in series(url, target) if line[1]]
    unit = panel["fieldConfig"]["defaults"]["unit"]
    if not drawn:
        return f'<text x="12" y="{height // 2}" fill="#888">no data</text>'
    most = max(value for _, points in drawn for _, value in points) or 1
    now, top, foot = time.time(), 30, 18 * ((len(drawn) + 2) // 3) + 8
    parts = [f'<text x="8" y="{top + 8}" fill="#888" font-size="11">{said(most, unit)}</text>']
    for index, (legend, points) in enumerate(drawn):
        colour = COLOURS[index % len(COLOURS)]
        path = " ".join(
            f"{8 + (width - 16) * (1 - (now - at) / SPAN):.1f},{height - foot - (height - foot - top) * value / most:.1f}"
            for at, value in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        x, y = 8 + (index % 3) * (width - 16) // 3, height - foot + 16 + 18 * (index // 3)
        parts.append(f'<text x="{x}" y="{y}" fill="{colour}" font-size="11">{html.escape(legend[:24])} '
                     f'{said(points[-1][1], unit)}</text>')
    return "".join(parts)


def drawing(url):
    panels = json.loads(DASHBOARD.read_text())["panels"]
    height = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in panels) * ROW
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{24 * COLUMN}" height="{height}" font-family="sans-serif" '
             f'font-size="13"><rect width="100%" height="100%" fill="#111217"/>']
    for panel in panels:
        place = panel["gridPos"]
        x, y, w, h = place["x"] * COLUMN, place["y"] * ROW, place["w"] * COLUMN - 8, place["h"] * ROW - 8
        parts.append(f'<g transform="translate({x + 4},{y + 4})">')
        if panel["type"] == "row":
            parts.append(f'<text y="20" fill="#d8d9da" font-weight="600">{html.escape(panel["title"])}</text></g>')
            continue
        fill = "#181b1f"
        inner = ""
        if panel["type"] == "stat":
            text, colour, background = tile(panel, url)
            fill = colour if background else fill
            inner = (f'<text x="{w / 2}" y="{h / 2 + 20}" text-anchor="middle" font-size="26" '
                     f'fill="{"#fff" if background else colour}">{html.escape(text)}</text>')
        else:
            inner = lines(panel, url, w, h)
        parts.append(f'<rect width="{w}" height="{h}" rx="3" fill="{fill}"/><text x="8" y="18" fill="#d8d9da">'
                     f'{html.escape(panel["title"])}</text>{inner}</g>')
    return "".join([*parts, "</svg>"]), 24 * COLUMN, height


def main():
    target, url = sys.argv[1:]
    picture, width, height = drawing(url)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        page = pathlib.Path(folder) / "dashboard.html"
        page.write_text(f"<!doctype html><style>body{{margin:0}}</style>{picture}")
        browser = Browser(pathlib.Path(folder) / "profile", dict(os.environ))
        browser.new_page(width=width, height=height).open(page.as_uri()).screenshot(pathlib.Path(target))
        browser.stop()
    print(f"{target}: {width} × {height}")


main()
