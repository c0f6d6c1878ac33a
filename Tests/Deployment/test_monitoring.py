"""Rules, dashboard and metrics agree with each other and with what the service exposes."""

import json
import re
import shutil
import subprocess

import pytest
import requests
import yaml

from conftest import free_port
from Harness.process import CHECKOUT, Process, eventually

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


def test_prometheus_scrapes_what_the_service_counts(service, prometheus):
    expected = service.metric("embeddings_total")

    def value():
        result = prometheus("sum(embed_star_embeddings_total)")
        return result and float(result[0]["value"][1]) >= expected

    eventually(value, within=30, what="the count in Prometheus")


@pytest.mark.parametrize("title, query", queries(), ids=lambda value: value if "{" not in value else "")
def test_every_query_of_the_dashboard_is_understood(prometheus, title, query):
    prometheus(query)
