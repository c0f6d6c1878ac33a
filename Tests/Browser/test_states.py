"""Each state of the service has a picture of its own; the faults are real ones."""

import json
import os
import signal

from Harness.database import Engine
from Harness.process import eventually


def kind(page, name, within=30):
    page.until(f"document.querySelector('#picture > [data-kind]')?.dataset.kind === {json.dumps(name)}", within=within)


def says(page, text):
    page.until(f"document.querySelector('#banner').innerText.includes({json.dumps(text)})", within=60)


def await_searchable(service, count):
    """Until the repos are found by meaning, and by words: their index follows by itself."""
    service.await_drained(count)
    eventually(lambda: service.get("/repos/owner-0/repo-7/similar").status_code == 200, what="the repos in the search")
    words = {"q": "number7", "mode": "text"}
    eventually(lambda: service.get("/search", params=words).json().get("results"), what="the words in the search")


def no_script_speaks(page):
    text = page.evaluate("document.body.innerText")
    assert not any(word in text for word in ("undefined", "null", "TypeError", "NaN", "[object", "Failed to fetch"))


def test_loading_is_shown_when_it_lasts(visit, embedded):
    page = visit(embedded)
    kind(page, "start")
    page.evaluate("""(() => {
        const real = window.fetch;
        window.fetch = (path, options) => new URL(path).pathname === "/search"
            ? new Promise(done => { window.goOn = () => done(real(path, options)); }) : real(path, options);
    })()""")
    page.type("number100")
    page.enter()
    page.until("document.querySelectorAll('.skeleton').length > 0")
    assert page.evaluate("document.querySelector('#found').getAttribute('aria-busy')") == "true"
    page.evaluate("goOn()")
    page.until("document.querySelectorAll('#results li').length > 0 && !document.querySelector('.skeleton')")


def test_nothing_found_and_weak_results_differ(visit, embedded):
    page = visit(embedded, "?q=zzzzqqq&mode=text")
    kind(page, "none")
    page.evaluate("""(() => {
        const real = window.fetch;
        window.fetch = async (path, options) => {
            const answer = await real(path, options);
            if (new URL(path).pathname !== "/search") return answer;
            const body = await answer.json();
            body.weak = true;
            return new Response(JSON.stringify(body), answer);
        };
    })()""")
    page.fill("#query", "library")
    page.until("document.querySelector('.divider')?.innerText.startsWith('Nothing matches well')")
    assert page.evaluate("[...document.querySelectorAll('#results > li')].findIndex(e => e.className === 'divider')") == 0


def test_a_repo_that_is_not_there_is_told(visit, embedded):
    page = visit(embedded, "?similar=nobody/nothing", tolerated=[" 404 "])
    kind(page, "unknown")
    no_script_speaks(page)


def test_an_empty_database_is_told_and_filled_with_a_file(serve, database, upstream, visit, tmp_path):
    service = serve(database.settings, upstream.openai(), SEARCH_BACKEND="memory")
    page = visit(service)
    kind(page, "empty")
    file = tmp_path / "repos.ndjson"
    file.write_text("".join(json.dumps({"full_name": f"o/r{n}", "description": "a thing"}) + "\n" for n in range(3)) + "{}\n")
    root = page.call("DOM.getDocument")["root"]["nodeId"]
    node = page.call("DOM.querySelector", nodeId=root, selector="#import-file")["nodeId"]
    page.call("DOM.setFileInputFiles", nodeId=node, files=[str(file)])
    page.until("document.querySelector('#import-note').innerText.startsWith('3 new')")
    assert "1 line was rejected" in page.text("#import-note")
    kind(page, "start")
    service.await_drained(3)


def test_stars_are_imported_with_progress(serve, database, upstream, github, visit):
    github.star("octocat", range(1, 121))
    service = serve(database.settings, upstream.openai(), github.settings, SEARCH_BACKEND="memory")
    page = visit(service)
    kind(page, "empty")
    github.gate.clear()
    page.click("#picture .primary")
    page.until("document.querySelector('#import-dialog').open && document.activeElement.id === 'import-user'")
    page.type("octocat")
    page.enter()
    told = "document.querySelector('#import-note').innerText.startsWith('%s')"
    page.until(told % "Importing the stars of octocat")
    # The page may be left and opened anew meanwhile.
    page.open(service.url + "/")
    page.until(told % "Importing the stars of octocat")
    github.gate.set()
    page.until(told % "The stars of octocat: 120 new")
    kind(page, "start")
    page.click("#import-button")
    page.type("nobody")
    page.enter()
    page.until("document.querySelector('#import-note').className === 'bad'")
    assert "no such user" in page.text("#import-note")


def test_a_first_drain_is_shown_live_and_words_find_at_once(serve, database, upstream, visit, fill):
    upstream.delay = 0.15
    service = serve(database.settings, upstream.openai(), BATCH_SIZE=4, PARALLEL_WORKERS=1, SEARCH_BACKEND="memory")
    page = visit(service)
    kind(page, "empty")
    fill(database, 120)
    says(page, "Embedding ")
    page.until("(p => p && p.value > 0 && p.value < 1)(document.querySelector('#banner progress'))")
    says(page, "a second")
    page.until("document.querySelector('#summary').innerText === '120 repositories'", within=60)
    page.until("document.querySelector('#banner').hidden")
    page.until("!document.querySelector('#map-frame').hidden", within=90)


def test_a_provider_that_is_away_leaves_words(serve, database, upstream, visit, fill):
    service = serve(database.settings, upstream.openai(), SEARCH_BACKEND="memory", RETRY_ATTEMPTS=1, RETRY_DELAY_MS=10)
    fill(database, 20)
    await_searchable(service, 20)
    upstream.fail(503)
    page = visit(service, "?q=number7", tolerated=[" 503 ", " 502 "])
    page.until("document.querySelector('#note').innerText.includes('Only words were used')")
    assert page.evaluate("document.querySelector('#results .name').dataset.name") == "owner-0/repo-7"
    page.fill("#query", "zzzzqqq")
    kind(page, "none")
    assert page.text("#note") == "Only words were used: the query cannot be embedded now."
    assert "Only words were used: the query cannot be embedded now." in service.get("/?q=zzzzqqq").text
    page.fill("#query", "number7")
    page.until("document.querySelectorAll('#results .name').length > 0")
    page.click("#filters summary")
    page.evaluate("(e => { e.value = 'vector'; e.dispatchEvent(new Event('input', {bubbles: true})); })(document.querySelector('#mode'))")
    kind(page, "provider")
    no_script_speaks(page)
    page.evaluate("[...document.querySelectorAll('#picture button')].find(e => e.innerText === 'Rank by words').click()")
    page.until("document.querySelector('#results .name')?.dataset.name === 'owner-0/repo-7'")


def test_a_provider_that_refuses_is_told_in_the_banner(serve, database, upstream, visit, fill):
    upstream.fail(401, body={"error": {"message": "Incorrect API key provided", "type": "invalid_request_error"}})
    service = serve(database.settings, upstream.openai(), SEARCH_BACKEND="memory", ready=False)
    service.await_live()
    fill(database, 5)
    page = visit(service, tolerated=[" 503 "])
    says(page, "The embedding provider rejects requests.")
    no_script_speaks(page)


def test_a_database_that_goes_away_is_told_and_found_again(serve, upstream, visit, tmp_path, fill):
    folder = tmp_path / "engine"
    engine = Engine(folder, dict(os.environ))
    address = engine.address
    database = engine.new_database()
    service = serve(database.settings, upstream.openai(), SEARCH_BACKEND="memory")
    fill(database, 20)
    await_searchable(service, 20)
    page = visit(service, tolerated=[" 503 ", " 502 ", " 504 "])
    kind(page, "start")
    engine.process.stop()
    says(page, "The database does not answer.")
    page.evaluate("history.pushState(null, '', '/?similar=owner-0/repo-7'); dispatchEvent(new PopStateEvent('popstate'))")
    no_script_speaks(page)
    engine = Engine(folder, dict(os.environ), bind=address)
    page.until("document.querySelector('#banner').hidden", within=60)
    page.until("document.querySelectorAll('#results li').length > 5", within=60)
    engine.process.stop()


def test_a_database_that_hangs_has_a_picture_and_another_try(serve, upstream, visit, tmp_path, fill):
    engine = Engine(tmp_path / "engine", dict(os.environ))
    database = engine.new_database()
    service = serve(database.settings, upstream.openai(), REQUEST_TIMEOUT_MS=2000)
    fill(database, 20)
    await_searchable(service, 20)
    page = visit(service, tolerated=[" 503 ", " 504 "])
    kind(page, "start")
    # It keeps its connections, takes what it is sent, and never answers.
    engine.process.signal(signal.SIGSTOP)
    try:
        page.evaluate("history.pushState(null, '', '/?similar=owner-0/repo-7'); dispatchEvent(new PopStateEvent('popstate'))")
        page.until("!!document.querySelector('#picture .skeleton')")
        # Which of the two it is depends on who notices first.
        page.until("['hanging', 'database'].includes(document.querySelector('#picture > [data-kind]')?.dataset.kind)")
        no_script_speaks(page)
        assert page.evaluate("document.querySelector('#subject .name').dataset.name") == "owner-0/repo-7"
    finally:
        engine.process.signal(signal.SIGCONT)
    # Once its return is noticed the search is repeated without a press.
    page.evaluate("document.querySelector('#picture .primary')?.click()")
    page.until("document.querySelectorAll('#results li').length > 5", within=60)
    engine.process.stop()


def test_a_service_that_is_gone_is_told_and_found_again(serve, database, upstream, visit, fill):
    service = serve(database.settings, upstream.openai(), SEARCH_BACKEND="memory")
    fill(database, 20)
    await_searchable(service, 20)
    page = visit(service, tolerated=["ERR_", " 401 ", " 503 "])
    page.until("document.querySelector('#summary').innerText === '20 repositories'")
    service.process.stop()
    says(page, "embed-star does not answer.")
    page.fill("#query", "number7")
    kind(page, "gone")
    no_script_speaks(page)
    service.start()
    service.await_ready()
    # What could not be shown is shown by itself.
    page.until("document.querySelector('#results .name')?.dataset.name === 'owner-0/repo-7'")
    page.until("document.querySelector('#banner').hidden")


def test_a_key_is_asked_for_and_kept_in_the_tab(serve, database, upstream, visit):
    service = serve(database.settings, upstream.openai(), API_KEYS="right-key", SEARCH_BACKEND="memory")
    page = visit(service, tolerated=[" 401 "])
    page.until("document.querySelector('#key-dialog').open")
    page.key("Escape", 27)
    page.until("!document.querySelector('#key-dialog').open && !document.querySelector('#key-button').hidden")
    says(page, "This service asks for a key.")
    kind(page, "key")
    page.click("#key-button")
    page.until("document.querySelector('#key-dialog').open && document.activeElement.id === 'key'")
    page.type("wrong-key")
    page.enter()
    page.until("document.querySelector('#key-note').innerText.includes('not accepted')")
    page.until("document.querySelector('#key-dialog').open && document.activeElement.id === 'key'")
    page.type("right-key")
    page.enter()
    kind(page, "empty")
    assert page.evaluate("sessionStorage.getItem('key')") == "right-key"
    assert page.evaluate("localStorage.length") == 0 and page.evaluate("document.cookie") == ""
    page.complaints.clear()
    page.open(service.url + "/")
    kind(page, "empty")
    assert not page.complaints
    assert "right-key" not in page.evaluate("location.href")


def test_whoever_declines_is_not_asked_again_by_a_late_answer(serve, database, upstream, visit):
    service = serve(database.settings, upstream.openai(), API_KEYS="right-key")
    page = visit(service, "playground", tolerated=[" 401 "])
    page.call("Page.addScriptToEvaluateOnNewDocument", source="""
        const real = window.fetch;
        let mapIsAskedFor;
        const askedForMap = new Promise(done => { mapIsAskedFor = done; });
        window.fetch = async (path, options) => {
            const isMap = String(path).endsWith("/map");
            if (isMap) mapIsAskedFor();
            const response = await real(path, options);
            // The others wait for the map to be asked for: after the first refusal nothing more would be.
            await (isMap ? new Promise(done => { window.release = done; }) : askedForMap);
            return response;
        };""")
    page.open(service.url + "/")
    page.until("!!window.release && document.querySelector('#key-dialog').open")
    page.key("Escape", 27)
    page.until("!document.querySelector('#key-dialog').open && !document.querySelector('#key-button').hidden")
    page.evaluate("release(); new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert not page.evaluate("document.querySelector('#key-dialog').open")


def test_a_shared_link_asks_for_the_key_and_then_shows_its_search(serve, database, upstream, visit, fill):
    service = serve(database.settings, upstream.openai(), API_KEYS="right-key", SEARCH_BACKEND="memory")
    fill(database, 20)
    await_searchable(service, 20)
    page = visit(service, "?q=number7", tolerated=[" 401 "])
    page.until("document.querySelector('#key-dialog').open && document.activeElement.id === 'key'")
    no_script_speaks(page)
    page.type("right-key")
    page.enter()
    page.until("document.querySelector('#results .name')?.dataset.name === 'owner-0/repo-7'")
    eventually(lambda: page.evaluate("document.querySelector('#banner').hidden"), what="no banner")
