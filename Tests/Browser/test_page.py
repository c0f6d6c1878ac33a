"""The page in a real browser, served by the real program over the real database engine."""

import contextlib
import json
import os
import urllib.parse

import pytest

from conftest import free_port
from Harness.browser import Browser, chromium
from Harness.process import eventually
from Harness.service import Service
from Harness.upstream import Upstream

pytestmark = pytest.mark.skipif(not chromium(), reason="no Chromium; scripts/bootstrap --tests installs it")

TOPICS = {
    "Rust": "fast vector database search engine", "Go": "container network proxy load balancer",
    "Python": "neural language model training", "JavaScript": "user interface component library",
}


def add_repos(database, count, first=0):
    """Repos of four topics, each of one language."""
    rows = []
    for number in range(first, first + count):
        language = list(TOPICS)[number % len(TOPICS)]
        owner = f"owner-{number % 7}"
        rows.append({
            "full_name": f"{owner}/repo-{number}", "name": f"repo-{number}", "language": language,
            "description": f"{TOPICS[language]} number{number}", "stars": 10 * number, "owner": {"login": owner},
            "url": f"https://github.com/{owner}/repo-{number}", "is_private": False,
        })
    database.query("INSERT INTO repo $rows", {"rows": rows})


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    started = Browser(tmp_path_factory.mktemp("browser"), dict(os.environ))
    yield started
    started.stop()


@pytest.fixture(scope="module")
def embedded(engine, tmp_path_factory):
    """A service with 200 repos, all embedded, whose search and map are ready."""
    database, upstream = engine.new_database(), Upstream()
    settings = {**database.settings, **upstream.openai(), "SEARCH_BACKEND": "memory"}
    started = Service(settings, tmp_path_factory.mktemp("browser-service"), free_port()).await_ready()
    add_repos(database, 200)
    started.await_drained(200)
    eventually(lambda: len(found(started, "number199")) > 0, what="the last repo in the search")
    eventually(lambda: started.get("/map").status_code == 200, what="the map")
    yield started
    started.process.stop()
    upstream.close()
    database.close()


def found(service, text):
    answer = service.get("/search", params={"q": text, "mode": "text"})
    return answer.json().get("results", [])


@pytest.fixture
def visit(browser):
    """Opens the page of a service; at the end nothing may have been complained of, and nobody else asked."""
    pages = []

    def start(service, fragment="", tolerated=(), **options):
        page = browser.new_page(**options)
        pages.append((page, service, tolerated))
        return page.open(service.url + "/" + fragment)

    yield start
    for page, service, tolerated in pages:
        page.evaluate("0")
        strange = [url for url in page.requests if not url.startswith((service.url + "/", "data:", "about:"))]
        complaints = [text for text in page.complaints if not any(part in text for part in tolerated)]
        page.close()
        assert not strange
        assert not complaints


def results(page):
    return page.texts("#results .name")


def test_results_come_as_one_types(visit, embedded):
    page = visit(embedded)
    page.until("!document.querySelector('#ideas').hidden")
    assert page.evaluate("document.activeElement.id") == "query"
    page.type("fast vector database")
    page.until("document.querySelectorAll('#results li').length === 20")
    assert all("Rust" in text and "matched by" in text and "★" in text for text in page.texts("#results .facts"))
    assert page.evaluate("document.querySelector('.score b').getBoundingClientRect().width") > 10
    assert "Results for" in page.text("#note")
    page.type(" number196")
    page.until("document.querySelector('#results .name')?.innerText === 'owner-0/repo-196'")
    assert page.evaluate("new URLSearchParams(location.hash.slice(1)).get('q')") == "fast vector database number196"


def test_filters_narrow_the_results(visit, embedded):
    page = visit(embedded, "#q=" + urllib.parse.quote("library number"))
    page.until("document.querySelectorAll('#results li').length === 20")
    page.fill("#language", "Go")
    page.until("[...document.querySelectorAll('#results .facts')].every(e => e.innerText.includes('Go'))")
    page.fill("#min_stars", "1,500")
    page.until("document.querySelectorAll('#results li').length < 20")
    assert {name.split("-")[-1] for name in results(page)} == {str(n) for n in range(153, 200, 4)}
    page.fill("#owner", "owner-0")
    page.until("document.querySelectorAll('#results li').length === 2")
    page.fill("#owner", "nobody")
    page.until("document.querySelector('#note').innerText.includes('Nothing found')")
    page.fill("#min_stars", "many")
    page.until("document.querySelector('#note').className === 'bad'")
    assert "whole number" in page.text("#note")


def test_similar_leads_to_neighbours_and_back(visit, embedded):
    page = visit(embedded, "#q=number100")
    page.until("document.querySelector('#results .name')?.innerText === 'owner-2/repo-100'")
    page.click("#results li button")
    page.until("document.querySelector('#note').innerText.startsWith('Similar to owner-2/repo-100')")
    page.until("document.querySelectorAll('#results li').length === 20")
    assert "owner-2/repo-100" not in results(page)
    page.evaluate("history.back()")
    page.until("document.querySelector('#note').innerText.startsWith('Results for')")
    assert page.evaluate("document.querySelector('#query').value") == "number100"


def test_everything_can_be_done_by_keyboard(visit, embedded):
    page = visit(embedded, "#q=number100")
    page.until("document.querySelector('#results .name')?.innerText === 'owner-2/repo-100'")
    page.until("!document.querySelector('.map').hidden")
    reached = []
    for _ in range(8):
        page.tab()
        reached.append(page.evaluate("(e => e.id || e.className || e.getAttribute('aria-label'))(document.activeElement)"))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", reached
    assert reached[:6] == ["mode", "language", "min_stars", "owner", "name", "Similar to owner-2/repo-100"]
    page.evaluate("document.querySelector('#results li button').focus()")
    page.enter()
    page.until("document.querySelector('#note').innerText.startsWith('Similar to owner-2/repo-100')")
    page.evaluate("document.querySelector('#map').focus()")
    page.key("ArrowRight", 39)
    page.until("document.querySelector('#pointed').innerText.includes('★')")
    first = page.text("#pointed")
    page.key("ArrowDown", 40)
    page.until(f"document.querySelector('#pointed').innerText !== {json.dumps(first)}")
    name = page.text("#pointed").split(" · ")[0]
    page.enter()
    page.until(f"document.querySelector('#note').innerText.startsWith({json.dumps('Similar to ' + name)})")


def test_every_control_has_a_name(visit, embedded):
    page = visit(embedded, "#q=library")
    page.until("document.querySelectorAll('#results li').length === 20")
    page.call("Accessibility.enable")
    nodes = page.call("Accessibility.getFullAXTree")["nodes"]
    roles = {"button", "textbox", "searchbox", "combobox", "link", "progressbar", "application", "spinbutton"}
    controls = [node for node in nodes if not node["ignored"] and node["role"]["value"] in roles]
    assert len(controls) > 40
    assert not [node["role"] for node in controls if not node.get("name", {}).get("value", "").strip()]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_text_stands_out_from_its_ground(visit, embedded, dark):
    """WCAG 2.2, 1.4.3: at least 4.5 to 1."""
    page = visit(embedded, "#q=library", dark=dark)
    page.until("document.querySelectorAll('#results li').length === 20")
    ratios = page.evaluate("""(() => {
        const numbers = text => text.match(/[\\d.]+/g).map(Number);
        const light = text => numbers(text).slice(0, 3).map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
        const ground = e => { for (; e; e = e.parentElement) {
            const colour = getComputedStyle(e).backgroundColor;
            if ((numbers(colour)[3] ?? 1) > 0) return colour;
        } return 'rgb(255, 255, 255)'; };
        return [...document.querySelectorAll('body *')]
            .filter(e => e.checkVisibility() && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
            .map(e => { const [a, b] = [light(getComputedStyle(e).color), light(ground(e))].sort((x, y) => y - x);
                return [e.className || e.tagName, (a + .05) / (b + .05)]; });
    })()""")
    assert len(ratios) > 60
    assert not [entry for entry in ratios if entry[1] < 4.5]


@pytest.mark.parametrize("width", [320, 390, 800, 1280])
def test_nothing_is_wider_than_the_screen(visit, embedded, width):
    page = visit(embedded, "#q=library", width=width, mobile=width < 500)
    page.until("document.querySelectorAll('#results li').length === 20")
    page.until("!document.querySelector('.map').hidden")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def point_at_a_repo(page):
    """Moves the pointer to a repo on the map that no button covers; where that is, None when the page tells of none."""
    place = page.evaluate("""(() => {
        const box = canvas.getBoundingClientRect();
        return map.names.map((_, index) => [
            box.x + across(map.x[index], canvas.clientWidth), box.y + down(map.y[index], canvas.clientHeight),
        ]).find(([x, y]) => document.elementFromPoint(x, y) === canvas);
    })()""")
    page.mouse("mouseMoved", *place)
    return place if "★" in page.text("#pointed") else None


def follow_a_repo(page):
    """Clicks at a repo on the map; whether the page lists what is similar to it."""
    place = point_at_a_repo(page)
    if place is None:
        return False
    similar = "Similar to " + page.text("#pointed").split(" · ")[0]
    for kind in ("mousePressed", "mouseReleased"):
        page.mouse(kind, *place, button="left", clickCount=1)
    with contextlib.suppress(AssertionError):
        page.until(f"document.querySelector('#note').innerText.startsWith({json.dumps(similar)})", within=5)
        return True


def test_the_map_tells_and_leads(visit, embedded):
    page = visit(embedded)
    page.until("!document.querySelector('.map').hidden")
    assert page.text("#pointed") == "200 repositories"
    # The page may still be finding its form when it is first pointed at.
    eventually(lambda: follow_a_repo(page), what="the repos like one on the map")
    page.until("marked.length === 20")
    before = page.evaluate("view.scale")
    page.click("#zoom-in")
    assert page.evaluate("view.scale") > before


def test_a_click_leads_to_the_repo_that_is_told_of(visit, embedded):
    """Also when another one is nearer to the place in whole pixels, which is all that a click knows."""
    page = visit(embedded)
    page.until("!document.querySelector('.map').hidden")
    x, y, name = page.evaluate("""(() => {
        const box = canvas.getBoundingClientRect(), width = canvas.clientWidth, height = canvas.clientHeight;
        const place = index => [box.x + across(map.x[index], width), box.y + down(map.y[index], height)];
        const far = (one, other) => Math.hypot(place(one)[0] - place(other)[0], place(one)[1] - place(other)[1]);
        const free = map.names.map((_, index) => index).filter(index => document.elementFromPoint(...place(index)) === canvas);
        const pairs = free.flatMap(one => free.filter(other => other !== one).map(other => [one, other]));
        const [one, other] = pairs.reduce((best, pair) => far(...pair) < far(...best) ? pair : best);
        const x = Math.floor(across(map.x[one], width)), y = Math.floor(down(map.y[one], height));
        const move = (index, x, y) => { map.x[index] = left(x, width); map.y[index] = top_(y, height); };
        move(one, x + .4, y + .4);
        move(other, x, y);
        return [box.x + x + .4, box.y + y + .4, map.names[one]];
    })()""")
    page.mouse("mouseMoved", x, y)
    page.until(f"document.querySelector('#pointed').innerText.startsWith({json.dumps(name)})")
    for kind in ("mousePressed", "mouseReleased"):
        page.mouse(kind, x, y, button="left", clickCount=1)
    page.until(f"document.querySelector('#note').innerText.startsWith({json.dumps('Similar to ' + name)})")


def test_progress_of_a_drain_is_shown_live(serve, database, upstream, visit):
    upstream.delay = 0.15
    service = serve(database.settings, upstream.openai(), BATCH_SIZE=4, PARALLEL_WORKERS=1, SEARCH_BACKEND="memory")
    page = visit(service)
    page.until("document.querySelector('#summary').innerText.includes('No repositories yet')")
    add_repos(database, 120)
    page.until("document.querySelector('#facts').innerText.includes('working')")
    page.until("(p => p > 0 && p < 1)(document.querySelector('#progress').value)")
    page.until("document.querySelector('#facts').innerText.includes('a second')")
    page.until("document.querySelector('#progress').value === 1")
    page.until("document.querySelector('#facts').innerText.includes('all done')")
    assert "120 of 120" in page.text("#facts")
    page.until("!document.querySelector('.map').hidden")


def test_the_pipeline_is_paused_and_resumed(visit, embedded):
    page = visit(embedded)
    page.until("document.querySelector('#pause').innerText === 'Pause' && !document.querySelector('#pause').hidden")
    page.click("#pause")
    page.until("document.querySelector('#pause').innerText === 'Resume'")
    assert "paused" in page.text("#facts")
    page.click("#pause")
    page.until("document.querySelector('#pause').innerText === 'Pause'")


def test_a_failed_repo_is_retried(serve, database, upstream, visit):
    upstream.fail(400, body={"error": {"message": "this text is refused", "type": "invalid_request_error"}},
                  when=lambda texts: any("poison" in str(text) for text in texts))
    service = serve(database.settings, upstream.openai(), RETRY_ATTEMPTS=1, RETRY_DELAY_MS=10)
    database.add("good/one")
    database.add("bad/one", description="poison")
    database.add("bad/two", description="poison, too")
    page = visit(service)
    page.until("document.querySelectorAll('#failures li').length === 2", within=60)
    assert "refused" in page.text("#failures")
    upstream.heal()
    page.click("#failures button")
    page.until("document.querySelectorAll('#failures li').length === 1")
    page.click("#retry")
    page.until("document.querySelector('#failed').hidden")
    service.await_drained(3)


def test_a_key_is_asked_for_and_kept_in_the_tab(serve, database, upstream, visit):
    service = serve(database.settings, upstream.openai(), API_KEYS="right-key", SEARCH_BACKEND="memory")
    page = visit(service, tolerated=[" 401 "])
    page.until("document.querySelector('#key-dialog').open")
    page.key("Escape", 27)
    page.until("!document.querySelector('#key-dialog').open && !document.querySelector('#key-button').hidden")
    page.until("document.querySelector('#summary').innerText.includes('asks for a key')")
    page.click("#key-button")
    page.until("document.querySelector('#key-dialog').open && document.activeElement.id === 'key'")
    page.type("wrong-key")
    page.enter()
    page.until("document.querySelector('#key-note').innerText.includes('not accepted')")
    page.until("document.querySelector('#key-dialog').open && document.activeElement.id === 'key'")
    page.type("right-key")
    page.enter()
    page.until("document.querySelector('#summary').innerText.includes('No repositories yet')")
    assert page.evaluate("sessionStorage.getItem('key')") == "right-key"
    assert page.evaluate("localStorage.length") == 0 and page.evaluate("document.cookie") == ""
    page.complaints.clear()
    page.open(service.url + "/")
    page.until("document.querySelector('#summary').innerText.includes('No repositories yet')")
    assert not page.complaints
    assert "right-key" not in page.evaluate("location.href")


def test_a_service_that_is_gone_is_told_and_found_again(serve, database, upstream, visit):
    service = serve(database.settings, upstream.openai())
    page = visit(service, tolerated=["ERR_", " 401 ", " 503 "])
    page.until("document.querySelector('#summary').innerText.includes('No repositories')")
    service.process.stop()
    page.until("document.querySelector('#summary').innerText.includes('does not answer')")
    page.fill("#query", "anything")
    page.until("document.querySelector('#note').innerText.includes('does not answer')")
    service.start()
    service.await_ready()
    page.until("document.querySelector('#summary').innerText.includes('No repositories')")


def test_the_page_is_small_and_closed(embedded):
    answer = embedded.get("/", headers={"Accept-Encoding": "identity"})
    assert len(answer.content) < 60 * 1024
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    for part in ("script-src", "style-src"):
        assert any(rule.split()[0] == part and "'sha256-" in rule for rule in policy.split("; "))
