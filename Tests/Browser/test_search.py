"""Searching, and the way there and back."""

import base64
import json
import urllib.parse

from Harness.process import eventually

PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


def names(page):
    return page.evaluate("[...document.querySelectorAll('#results .name')].map(link => link.dataset.name)")


def searches(page):
    """The searches that the page asked for."""
    page.evaluate("0")
    return [url for url in page.requests if "/search?" in url or "/similar?" in url]


def query_of(page):
    return page.evaluate("new URLSearchParams(location.search).get('q')")


def listed(page, count=20):
    page.until(f"document.querySelectorAll('#results > li[data-name]').length === {count} && !document.querySelector('[aria-busy]')")


def first(page, name):
    page.until(f"document.querySelector('#results .name')?.dataset.name === {json.dumps(name)}")


def test_results_come_as_one_types(visit, embedded):
    page = visit(embedded)
    page.until("!!document.querySelector('[data-kind=start]')")
    assert page.evaluate("document.activeElement.id") == "query"
    page.type("fast vector database")
    listed(page)
    assert all("Rust" in text and "★" in text for text in page.texts("#results .facts"))
    assert page.evaluate("document.querySelector('.meter i').getBoundingClientRect().width") > 10
    assert "Results for" in page.text("#note")
    assert page.texts("#results li:first-child mark")[:3] == ["fast", "vector", "database"]
    page.type(" number196")
    first(page, "owner-0/repo-196")
    assert query_of(page) == "fast vector database number196"


def test_enter_searches_once(visit, embedded):
    page = visit(embedded)
    page.until("!!document.querySelector('[data-kind=start]')")
    page.type("number100")
    page.enter()
    first(page, "owner-2/repo-100")
    page.enter()
    page.evaluate("new Promise(done => requestIdleCallback(done, {timeout: 300}))")
    assert len(searches(page)) == 1
    page.click("#search .primary")
    page.evaluate("new Promise(done => requestIdleCallback(done, {timeout: 300}))")
    assert len(searches(page)) == 1


def test_a_link_shows_its_search_with_one_request(visit, embedded):
    """Its results come with the page; those of a fragment, which no server sees, are asked for."""
    for address, count in (("?q=number100", 0), ("#q=number100", 1)):
        page = visit(embedded, address)
        first(page, "owner-2/repo-100")
        assert page.evaluate("document.querySelector('#query').value") == "number100"
        assert page.evaluate("location.pathname + location.search + location.hash") == "/?q=number100"
        page.evaluate("new Promise(done => requestIdleCallback(done, {timeout: 300}))")
        assert len(searches(page)) == count
        page.call("Page.reload")
        first(page, "owner-2/repo-100")


def test_back_and_forward_lead_through_the_searches(visit, embedded):
    page = visit(embedded)
    page.until("!!document.querySelector('[data-kind=start]')")
    page.type("number100")
    first(page, "owner-2/repo-100")
    page.fill("#query", "number101")
    page.enter()
    first(page, "owner-3/repo-101")
    page.fill("#query", "library")
    page.enter()
    page.until("document.querySelector('#note').innerText.includes('library')")
    assert query_of(page) == "library"
    page.evaluate("history.back()")
    first(page, "owner-3/repo-101")
    assert page.evaluate("document.querySelector('#query').value") == "number101"
    page.evaluate("history.back()")
    first(page, "owner-2/repo-100")
    page.evaluate("history.back()")
    page.until("!!document.querySelector('[data-kind=start]')")
    assert page.evaluate("document.querySelector('#query').value") == ""
    page.evaluate("history.forward()")
    first(page, "owner-2/repo-100")


def test_an_abandoned_search_is_never_shown(visit, embedded):
    """Its answer comes after that of the search that followed."""
    page = visit(embedded)
    page.until("!!document.querySelector('[data-kind=start]')")
    page.evaluate("""(() => {
        const real = window.fetch;
        window.fetch = (path, options) => String(path).includes("number100")
            ? new Promise(done => { window.answerLate = () => real(path, {headers: options.headers}).then(done); })
            : real(path, options);
    })()""")
    page.type("number100")
    page.enter()
    page.until("!!window.answerLate")
    page.fill("#query", "number101")
    page.enter()
    first(page, "owner-3/repo-101")
    page.evaluate("answerLate()")
    page.evaluate("new Promise(done => setTimeout(done))")
    assert names(page)[0] == "owner-3/repo-101"


def test_filters_narrow_the_results(visit, embedded):
    page = visit(embedded, "?q=" + urllib.parse.quote("library number"))
    listed(page)
    page.click("#filters summary")
    page.fill("#language", "Go")
    page.until("[...document.querySelectorAll('#results .facts')].every(e => e.innerText.includes('Go'))")
    page.fill("#min_stars", "1,500")
    page.until("document.querySelectorAll('#results li[data-name]').length < 20")
    assert {name.split("-")[-1] for name in names(page)} == {str(n) for n in range(153, 200, 4)}
    page.fill("#owner", "owner-0")
    page.until("document.querySelectorAll('#results li[data-name]').length === 2")
    page.fill("#owner", "nobody")
    page.until("document.querySelector('#picture').innerText.includes('Nothing found')")
    page.click("#picture button")
    listed(page)
    page.fill("#min_stars", "many")
    page.until("document.querySelector('#picture > div')?.dataset.kind === 'invalid'")
    assert "whole number" in page.text("#picture")


def test_a_topic_narrows_the_results(visit, embedded):
    page = visit(embedded, "?q=number100")
    first(page, "owner-2/repo-100")
    page.click("#results .chip")
    page.until("location.search.includes('topic=about-rust')")
    page.until("!document.querySelector('[aria-busy]') && document.querySelectorAll('#results .chip').length === document.querySelectorAll('#results li[data-name]').length")
    page.until("[...document.querySelectorAll('#results .chip')].every(chip => chip.innerText === 'about-rust')")
    assert page.evaluate("document.querySelector('#topic').value") == "about-rust"
    assert page.text("#filters summary") == "Filters (1)"
    assert page.evaluate("document.activeElement.id") == "found"


def test_words_alone_rank_without_calling_anything_unembedded(visit, embedded):
    page = visit(embedded, "?q=number100&mode=text")
    first(page, "owner-2/repo-100")
    assert "not embedded" not in page.text("#results")
    assert page.text("#results .why") == "words"


def test_owners_have_pictures_where_the_operator_allows_them(serve, database, upstream, browser, fill):
    """Without the setting no page asks anybody else: every other test makes sure of that."""
    service = serve(database.settings, upstream.openai(), SEARCH_BACKEND="memory", PAGE_AVATARS="true")
    fill(database, 3)
    words = {"q": "number1", "mode": "text"}
    eventually(lambda: service.get("/search", params=words).json().get("results"), what="the words in the search")
    for image, shown in ((PIXEL, ""), (None, "O1")):
        page = browser.new_page()
        page.answer_images("https://avatars.githubusercontent.com/", image)
        page.open(service.url + "/?q=number1&mode=text")
        first(page, "owner-1/repo-1")
        page.until(f"!!document.querySelector('#results .tile img') === {json.dumps(bool(image))}")
        tile = "document.querySelector('#results .tile')"
        page.until(f"{tile}.innerText === {json.dumps(shown)}")
        assert [url for url in page.requests if not url.startswith(service.url)] == ["https://avatars.githubusercontent.com/owner-1?s=80"]
        assert not [text for text in page.complaints if " 404 " not in text]
        page.close()


def test_more_results_follow_the_first(visit, embedded):
    page = visit(embedded, "?q=library")
    listed(page)
    before = names(page)
    page.click("#more")
    listed(page, 40)
    assert names(page)[:20] == before and len(set(names(page))) == 40
    assert page.evaluate("document.activeElement.closest('li').dataset.name") == names(page)[20]
    page.click("#more")
    listed(page, 60)
    assert len(set(names(page))) == 60
    assert "cursor=" in searches(page)[-1]


def test_similar_is_a_place_with_a_way_back(visit, embedded):
    page = visit(embedded, "?q=number100")
    first(page, "owner-2/repo-100")
    page.click("#results li .side button")
    page.until("document.querySelector('#subject .facts')?.innerText.includes('embedded with')")
    listed(page)
    assert "owner-2/repo-100" not in names(page)
    assert page.text("#subject .name") == "owner-2/repo-100"
    assert page.evaluate("document.activeElement.id") == "subject-name"
    neighbour = names(page)[0]
    page.click("#results li .side button")
    page.until(f"document.querySelector('#subject .name').dataset.name === {json.dumps(neighbour)}")
    assert page.texts("#trail a") == ["“number100”", "owner-2/repo-100"]
    page.click("#trail a")
    first(page, "owner-2/repo-100")
    assert page.evaluate("document.querySelector('#query').value") == "number100"
    page.evaluate("history.back()")
    page.until(f"document.querySelector('#subject .name')?.dataset.name === {json.dumps(neighbour)}")


def examples(page):
    return page.texts("#subject .like.chip"), page.texts("#subject .unlike.chip")


def test_results_are_marked_for_more_and_less_like_them(visit, embedded):
    page = visit(embedded, "?q=number100")
    listed(page)
    assert not page.evaluate("document.querySelector('#results .like')")
    page.click("#results li .side button")
    page.until("document.querySelector('#subject .name')?.dataset.name === 'owner-2/repo-100'")
    page.until("document.querySelectorAll('#results .like').length === 20")
    liked = names(page)[1]
    page.click("#results li:nth-child(2) .like")
    page.until("document.querySelectorAll('#subject .chip').length === 2")
    listed(page)
    assert examples(page) == (["owner-2/repo-100 ×", f"{liked} ×"], [])
    assert not {"owner-2/repo-100", liked} & set(names(page))
    disliked = names(page)[0]
    page.click("#results li .unlike")
    page.until("document.querySelectorAll('#subject .chip').length === 3")
    listed(page)
    assert examples(page)[1] == [f"{disliked} ×"] and disliked not in names(page)
    assert page.evaluate("new URLSearchParams(location.search).getAll('like').length") == 2
    assert page.evaluate("document.activeElement.id") == "subject-name"
    page.call("Page.reload")
    page.until("document.querySelectorAll('#subject .chip').length === 3")
    listed(page)
    page.evaluate("history.back()")
    page.until("document.querySelectorAll('#subject .chip').length === 2")
    assert page.texts("#trail a") == ["“number100”", "owner-2/repo-100"]
    page.click("#subject .chip:last-child")
    page.until("document.querySelector('#subject .name')?.dataset.name === 'owner-2/repo-100'")


def test_a_repo_is_embedded_again(visit, embedded):
    page = visit(embedded, "?similar=owner-2/repo-100")
    page.until("document.querySelector('#subject .facts')?.innerText.includes('embedded with')")
    before = embedded.get("/repos/owner-2/repo-100").json()["embedding"]["generated_at"]
    page.click("#subject button")
    page.until("document.querySelector('#announcement').innerText === 'Embedded again.'")
    assert embedded.get("/repos/owner-2/repo-100").json()["embedding"]["generated_at"] >= before


def test_results_are_copied_as_link_curl_and_python(visit, embedded):
    page = visit(embedded, "?q=number100")
    first(page, "owner-2/repo-100")
    page.evaluate("navigator.clipboard.writeText = text => { window.copied = text; return Promise.resolve(); }")
    for kind, part in [("link", "/?q=number100"), ("curl", "curl 'http"), ("python", "import requests")]:
        page.click("#copy summary")
        page.click(f"#copy [data-copy={kind}]")
        assert part in page.evaluate("copied")


def test_everything_can_be_done_by_keyboard(visit, embedded):
    page = visit(embedded, "?q=number100&language=Rust")
    page.until("document.querySelectorAll('#results .name').length > 0")
    page.until("!document.querySelector('#map-frame').hidden")
    reached = []
    for _ in range(9):
        page.tab()
        reached.append(page.evaluate("(e => e.id || e.className || e.textContent)(document.activeElement)"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none", reached
    assert reached[:7] == ["primary", "Filters (1)", "mode", "language", "topic", "min_stars", "owner"]
    page.evaluate("document.activeElement.blur()")
    press = {"/": (191, "/"), "j": (74, "j"), "k": (75, "k"), "s": (83, "s"), "m": (77, "m"), "?": (191, "?")}
    page.key("j", *press["j"])
    page.key("j", *press["j"])
    page.key("k", *press["k"])
    assert page.evaluate("document.activeElement.dataset.name") == names(page)[0]
    subject = names(page)[0]
    page.key("s", *press["s"])
    page.until(f"document.querySelector('#subject .name')?.dataset.name === {json.dumps(subject)}")
    page.key("m", *press["m"])
    assert page.evaluate("document.activeElement.id") == "map"
    page.key("ArrowRight", 39)
    page.until("document.querySelector('#map-note').innerText.includes('★')")
    before = page.text("#map-note")
    for direction in (("ArrowDown", 40), ("ArrowUp", 38), ("ArrowLeft", 37)):
        # From the outermost point there is no way on.
        page.key(*direction)
        if page.text("#map-note") != before:
            break
    assert page.text("#map-note") != before
    name = page.text("#map-note").split(" · ")[0]
    page.enter()
    page.until(f"document.querySelector('#subject .name')?.dataset.name === {json.dumps(name)}")
    page.key("?", *press["?"])
    assert page.evaluate("document.querySelector('#help-dialog').open")
    page.key("Escape", 27)
    page.until("!document.querySelector('#help-dialog').open")
    page.key("/", *press["/"])
    assert page.evaluate("document.activeElement.id") == "query"
    page.type("j")
    assert page.evaluate("document.querySelector('#query').value").endswith("j")


def test_shortcuts_work_at_once_after_a_dialog_whose_opener_is_gone(visit, embedded):
    page = visit(embedded, "?q=number100")
    page.until("document.querySelectorAll('#results .name').length > 0")
    page.evaluate("document.querySelector('#results .name').focus()")
    page.key("?", 191, "?")
    assert page.evaluate("document.activeElement.closest('#help-dialog') !== null")
    page.evaluate("document.querySelector('#results').replaceChildren()")
    # In one turn: at the next frame the browser itself takes the focus off what is hidden.
    focused = page.evaluate("""(() => {
        document.querySelector('#help-dialog').close();
        const press = key => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
        press('/');
        return document.activeElement.id;
    })()""")
    assert focused == "query"
