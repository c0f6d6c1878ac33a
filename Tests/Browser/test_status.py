"""The operator's corner and the playground."""

import pytest

from Harness.process import eventually


def test_the_pipeline_is_paused_after_a_question_and_resumed(visit, embedded):
    page = visit(embedded, "status")
    page.until("document.querySelector('#pause').innerText === 'Pause…' && !document.querySelector('#pause').hidden")
    page.click("#pause")
    page.until("document.querySelector('#pause-dialog').open")
    page.key("Escape", 27)
    assert embedded.pipeline()["state"] != "paused"
    page.click("#pause")
    page.click("#pause-dialog .primary")
    page.until("document.querySelector('#pause').innerText === 'Resume'")
    assert "paused since " in page.text("#facts") and "Embedding is paused since " in page.text("#banner")
    page.click("#pause")
    page.until("document.querySelector('#pause').innerText === 'Pause…'")


def test_parts_and_settings_are_told(visit, embedded):
    page = visit(embedded, "status")
    page.until("document.querySelectorAll('#parts dt').length >= 9")
    host = embedded.get("/pipeline/replicas").json()["replicas"][0].rsplit("-", 1)[0]
    assert f"Replicas that embed\n1: {host}" in page.text("#parts")
    assert "64 dimensions" in page.text("#parts") and "Search index" in page.text("#parts")
    assert "200 of 200" in page.text("#facts")
    page.until("!document.querySelector('#settings').hidden")
    assert "EMBEDDING_PROVIDER\nopenai (environment)" in page.text("#settings-set")
    assert "OPENAI_API_KEY\n***" in page.text("#settings-set")
    assert "sk-test" not in page.evaluate("document.documentElement.textContent")
    assert page.evaluate("document.querySelectorAll('#settings-default dt').length") > 40


def test_replicas_on_standby_are_named(serve, database, upstream, visit):
    first = serve(database.settings, upstream.openai(EMBEDDING_DIMENSIONS=64))
    database.fill(1)
    first.await_drained(1)
    page = visit(first, "status")
    page.until("document.querySelector('#parts').innerText.includes('Replicas that embed\\n1: ')")
    assert "standby" not in page.text("#parts")
    serve(database.settings, upstream.openai(EMBEDDING_DIMENSIONS=32))
    page.until("document.querySelector('#parts').innerText.includes('Replicas on standby\\n1: ')")


@pytest.fixture
def poisoned(serve, database, upstream):
    """A service that embeds one repo and cannot embed two, until `upstream` heals."""
    upstream.fail(400, body={"error": {"message": "this text is refused", "type": "invalid_request_error"}},
                  when=lambda texts: any("poison" in str(text) for text in texts))
    service = serve(database.settings, upstream.openai(), RETRY_ATTEMPTS=1, RETRY_DELAY_MS=10)
    database.add("good/one")
    database.add("bad/one", description="poison")
    database.add("bad/two", description="poison, too")
    return service


def failures_of(visit, service):
    page = visit(service, "status")
    page.until("document.querySelectorAll('#failures > li').length === 1", within=60)
    page.until("document.querySelectorAll('#failures ol li').length === 2", within=60)
    return page


def test_failures_are_grouped_by_cause_and_retried(poisoned, upstream, visit):
    page = failures_of(visit, poisoned)
    assert "refused" in page.text("#failures") and "2 repositories" in page.text("#failures")
    upstream.heal()
    page.click("#failures button")
    page.until("document.querySelector('#failed').hidden")
    poisoned.await_drained(3)


# Answers to the question for the failures wait here until the test lets them go.
HOLDING = """(() => {
  const ask = window.fetch;
  window.held = [];
  window.fetch = async (...question) => {
    const answer = await ask(...question);
    if (window.held && String(question[0]).includes("/pipeline/failures?")) await new Promise(go => held.push(go));
    return answer;
  };
})()"""


def test_an_older_answer_does_not_replace_a_newer(poisoned, upstream, visit):
    page = failures_of(visit, poisoned)
    page.evaluate(HOLDING)
    for view in ("playground", "status"):
        page.click(f"nav a[data-view={view}]")
    page.until("held.length === 1")
    upstream.heal()
    assert poisoned.post("/pipeline/failures/retry").status_code == 202
    poisoned.await_drained(3)
    page.until("held.length >= 2")
    page.evaluate("{ window.older = held.shift(); held.forEach(go => go()); window.held = null; }")
    page.until("document.querySelector('#failed').hidden")
    page.evaluate("{ older(); new Promise(done => setTimeout(done, 200)); }")
    assert page.evaluate("document.querySelector('#failed').hidden && !document.querySelector('#failures > li')")


def test_failures_stay_as_they_are_looked_at(poisoned, visit):
    """What is unfolded and what is about to be pressed is the same after the same answer, and without one."""
    page = failures_of(visit, poisoned)
    page.evaluate("{ document.querySelector('#failures details').open = true; window.first = document.querySelector('#failures > li'); }")
    page.evaluate(HOLDING)
    for end in ("held.shift()()", "{ window.fetch = () => Promise.reject(new TypeError()); held.shift()(); }"):
        for view in ("playground", "status"):
            page.click(f"nav a[data-view={view}]")
        page.until("held.length === 1")
        page.evaluate(end)
    page.click("nav a[data-view=playground]")
    page.click("nav a[data-view=status]")
    page.evaluate("new Promise(done => setTimeout(done, 200))")
    assert page.evaluate("document.querySelector('#failures > li') === first && first.querySelector('details').open")


def test_two_texts_are_compared(visit, embedded):
    page = visit(embedded, "playground")
    page.until("document.querySelector('#model').value !== ''")
    page.fill("#text-one", "vector database")
    page.fill("#text-other", "vector database")
    page.click("#compare")
    page.until("document.querySelector('#similarity').value === '1.000'")
    assert "64 dimensions" in page.text("#comparison-facts") and "token" in page.text("#comparison-facts")
    assert page.evaluate("document.querySelectorAll('#vectors canvas').length") == 2
    page.evaluate("navigator.clipboard.writeText = text => { window.copied = text; return Promise.resolve(); }")
    page.click("#copy-curl")
    assert "/v1/embeddings" in page.evaluate("copied") and '"vector database"' in page.evaluate("copied")
    page.fill("#text-other", "")
    page.click("#compare")
    page.until("document.querySelector('#playground-note').innerText.includes('both')")


def test_controls_are_shown_only_to_whom_they_work(serve, database, upstream, visit):
    upstream.fail(400, when=lambda texts: any("poison" in str(text) for text in texts))
    service = serve(database.settings, upstream.openai(), API_KEYS="may-do-all", READ_KEYS="may-look", RETRY_ATTEMPTS=1)
    database.add("bad/one", description="poison")
    eventually(lambda: service.pipeline()["failed"] == 1, what="the dead letter")
    for key, is_hidden in (("may-look", True), ("may-do-all", False)):
        page = visit(service, "status", tolerated=[" 401 "])
        page.until("document.querySelector('#key-dialog').open && document.activeElement.id === 'key'")
        page.type(key)
        page.enter()
        page.until("document.querySelectorAll('#failures > li').length === 1")
        for control in ("pause", "retry", "settings"):
            page.until(f"document.querySelector('#{control}').hidden === {str(is_hidden).lower()}")


def test_what_a_key_may_do_is_asked_once(visit, embedded):
    """Also when the tab was in the background meanwhile, and the events are followed anew."""
    page = visit(embedded, "status")
    page.until("document.querySelectorAll('#parts dt').length >= 8")
    turn = "Object.defineProperty(document, 'hidden', {value: %s, configurable: true}); document.dispatchEvent(new Event('visibilitychange'))"
    page.evaluate(turn % "true")
    page.evaluate(turn % "false")
    followed = lambda: page.evaluate("0") == 0 and len([url for url in page.requests if url.endswith("/pipeline/events")])
    eventually(lambda: followed() == 2, what="the events followed anew")
    assert len([url for url in page.requests if url.endswith("/access")]) == 1
