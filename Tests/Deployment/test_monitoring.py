"""Rules, dashboard and metrics agree with each other and with what the service exposes."""

import json
import re
import shutil
import subprocess

import pytest
import requests
import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from Harness.process import CHECKOUT, Process, eventually, free_port

PROMETHEUS = CHECKOUT / "deploy/prometheus"
DASHBOARD = CHECKOUT / "deploy/grafana/embed-star.json"
METRIC = re.compile(r"\b((?:embed_star|process)_[a-z_]+)\b")
SUFFIXES = ("_bucket", "_sum", "_count")


def promtool(*arguments, stdin=None):
    if not shutil.which("promtool"):
        pytest.skip("promtool is not here; it is in Debian's package prometheus")
    result = subprocess.run(["promtool", *map(str, arguments)], input=stdin, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def rules():
    for name in ("recording.yml", "alerts.yml"):
        for group in yaml.safe_load((PROMETHEUS / name).read_text())["groups"]:
            yield from group["rules"]


def queries():
    """Those of the dashboard, its variables filled in."""
    dashboard = json.loads(DASHBOARD.read_text())
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"].replace("$job", ".*").replace("$__rate_interval", "1m")


@pytest.fixture(scope="module")
def service(shared_service):
    """One that did something, so that its counters are there."""
    shared_service.embed(["one", "two"])
    shared_service.get("/search", params={"q": "x"})
    return shared_service


def test_rules_and_configuration_are_valid():
    promtool("check", "rules", PROMETHEUS / "recording.yml", PROMETHEUS / "alerts.yml")
    promtool("check", "config", "--syntax-only", PROMETHEUS / "prometheus.yml")


def test_alerts_fire_when_they_should_and_not_otherwise():
    promtool("test", "rules", PROMETHEUS / "tests.yml")


def test_every_alert_has_a_test():
    text = (PROMETHEUS / "tests.yml").read_text()
    for rule in rules():
        if "alert" in rule:
            assert f"alertname: {rule['alert']}\n" in text, rule["alert"]


def test_every_alert_has_a_section_in_the_runbook():
    headings = re.findall(r"^## (\w+)$", (CHECKOUT / "docs/operations.md").read_text(), re.M)
    alerts = [rule["alert"] for rule in rules() if "alert" in rule]
    assert [heading for heading in headings if heading.startswith("EmbedStar")] == alerts


def test_every_alert_says_what_it_is_and_where_to_read_on():
    for rule in rules():
        if "alert" in rule:
            notes = rule["annotations"]
            assert notes["summary"] and notes["description"], rule["alert"]
            assert notes["runbook_url"] == f"docs/operations.md#{rule['alert'].lower()}"


def test_the_tiles_lead_to_the_runbook():
    dashboard = json.loads(DASHBOARD.read_text())
    assert "runbook" in [variable["name"] for variable in dashboard["templating"]["list"]]
    sections = {f"#{rule['alert'].lower()}" for rule in rules() if "alert" in rule}
    links = {panel["title"]: [link["url"] for link in panel.get("links", [])] for panel in dashboard["panels"]
             if panel["type"] == "stat"}
    # How much is embedded is no fault.
    assert {title for title, urls in links.items() if not urls} == {"Embedded"}
    for url in (url for urls in links.values() for url in urls):
        base, _, section = url.partition("#")
        assert base == "${runbook:raw}" and f"#{section}" in sections, url


def test_the_exposition_passes_promtool(service):
    promtool("check", "metrics", stdin=service.get("/metrics").text)


def known(service):
    return set(re.findall(r"^# TYPE (\S+)", service.get("/metrics").text, re.M))


def names_in(expressions):
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    for expression in expressions:
        for name in recorded:
            expression = expression.replace(name, "")
        yield from METRIC.findall(expression)


@pytest.mark.parametrize("source", ["rules", "dashboard"])
def test_every_metric_that_is_named_exists(service, source):
    expressions = [rule["expr"] for rule in rules()] if source == "rules" else [query for _, query in queries()]
    exposed = known(service)
    for name in set(names_in(expressions)):
        base = next((name.removesuffix(suffix) for suffix in SUFFIXES if name.endswith(suffix)), name)
        assert name in exposed or base in exposed, name


def test_panels_have_unique_ids_and_do_not_overlap():
    panels = json.loads(DASHBOARD.read_text())["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken = set()
    for panel in panels:
        place = panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                 for y in range(place["y"], place["y"] + place["h"])}
        assert place["x"] + place["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells


@pytest.fixture(scope="module")
def prometheus(service, tmp_path_factory):
    """A real Prometheus that scrapes the service every second with our rules."""
    if not shutil.which("prometheus"):
        pytest.skip("Prometheus is not here; it is Debian's package prometheus")
    directory = tmp_path_factory.mktemp("prometheus")
    configuration = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
    configuration["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    configuration["rule_files"] = [str(PROMETHEUS / name) for name in configuration["rule_files"]]
    configuration["scrape_configs"][0]["static_configs"][0]["targets"] = [f"127.0.0.1:{service.port}"]
    (directory / "prometheus.yml").write_text(yaml.safe_dump(configuration))
    port = free_port()
    process = Process([shutil.which("prometheus"), f"--config.file={directory}/prometheus.yml",
                       f"--storage.tsdb.path={directory}/data", f"--web.listen-address=127.0.0.1:{port}"],
                      {"PATH": "/usr/bin:/bin"}, directory)
    url = f"http://127.0.0.1:{port}"

    def ask(query):
        answer = requests.get(f"{url}/api/v1/query", params={"query": query}, timeout=10).json()
        assert answer["status"] == "success", answer
        return answer["data"]["result"]

    def is_scraping():
        process.check()
        try:
            return len(ask("up == 1")) == 1
        except requests.RequestException:
            return False

    eventually(is_scraping, within=60, what="the first scrape")
    yield ask
    process.stop()


def value(result):
    return float(result[0]["value"][1]) if result else None


@pytest.mark.parametrize("query, name, labels", [
    ("sum(embed_star_embeddings_total)", "embeddings_total", {}),
    ("sum(embed_star_tokens_total)", "tokens_total", {}),
    ('sum(embed_star_http_requests_total{route="/v1/embeddings"})', "http_requests_total",
     {"route": "/v1/embeddings"}),
    ('sum(embed_star_http_request_duration_seconds_count{route="/v1/embeddings"})',
     "http_request_duration_seconds_count", {"route": "/v1/embeddings"}),
    ("sum(embed_star_embedding_duration_seconds_count)", "embedding_duration_seconds_count", {}),
    ("job:embed_star_repos_pending:max", "repos_pending", {}),
    ("embed_star_database_up", "database_up", {}),
    ("count(embed_star_build_info)", "build_info", {}),
], ids=lambda item: item if isinstance(item, str) and "(" not in item else "")
def test_prometheus_has_the_values_that_the_service_counts(service, prometheus, query, name, labels):
    expected = service.metric(name, **labels)
    eventually(lambda: value(prometheus(query)) == expected, within=30, what=f"{query} = {expected}")


def test_prometheus_knows_types_and_loses_no_sample(service, prometheus):
    assert value(prometheus("scrape_samples_scraped")) == sum(
        not line.startswith("#") for line in service.get("/metrics").text.splitlines() if line)


@pytest.mark.parametrize("title, query", queries(), ids=lambda value: value if "{" not in value else "")
def test_every_query_of_the_dashboard_is_understood(prometheus, title, query):
    prometheus(query)


def test_every_panel_shows_something_of_a_service_that_works(service, prometheus):
    """But those that show what went wrong."""
    # Rates need two scrapes with something between them.
    silent = {"Given up", "Errors", "Limits, retries, circuit", "Refusals and errors"}

    def empty():
        service.embed([f"another {number}" for number in range(3)])
        service.get("/search", params={"q": "y"})
        return {title for title, query in queries() if not prometheus(query)} - silent

    eventually(lambda: not empty(), within=60, every=1, what="data in every panel")


def test_label_values_are_bounded(service):
    """Whatever clients send, there are no more series than routes, methods and codes make."""
    def series():
        return {line.rsplit(" ", 1)[0] for line in service.get("/metrics").text.splitlines() if not line.startswith("#")}

    def disturb(first):
        for number in range(first, first + 50):
            service.get(f"/nowhere/{number}")
            service.get(f"/repos/owner{number}/name{number}")
            service.get("/search", params={"q": f"text {number}", "language": f"l{number}"})
            service.post("/v1/embeddings", {"input": "x", "model": f"model-{number}"})
            service.session.request(f"METHOD{number}", service.url + "/health", timeout=10)
            service.get("/livez", headers={"User-Agent": f"agent-{number}", "X-Request-Id": f"id-{number}"})

    disturb(0)
    before = series()
    disturb(50)
    assert series() == before
    assert not [line for line in before if re.search(r"owner\d|nowhere|model-\d|agent-|METHOD\d", line)]


def test_the_dashboard_fits_grafanas_schema():
    """Grafana's own types take it, and give back every field of it: an unknown one would be lost on the way."""
    given = json.loads(DASHBOARD.read_text())
    taken = json.loads(JSONEncoder().encode(Dashboard.from_json(given)))
    assert not lost(given, taken)


def lost(given, taken, path="dashboard"):
    """Paths of what is in `given` and not in `taken`."""
    if isinstance(given, dict):
        return [place for name, item in given.items() if item not in ([], {})
                for place in (lost(item, taken[name], f"{path}.{name}") if name in taken else [f"{path}.{name}"])]
    if isinstance(given, list):
        if len(given) != len(taken):
            return [path]
        return [place for index, item in enumerate(given) for place in lost(item, taken[index], f"{path}[{index}]")]
    return [] if given == taken else [path]
