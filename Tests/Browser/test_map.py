"""The map."""

import contextlib
import json

from Harness.process import eventually

# Where the points are, in pixels of the screen; the page keeps its parts to itself.
PLACES = """(async () => {
    const body = await (await fetch('/map')).json(), canvas = document.querySelector('#map'), box = canvas.getBoundingClientRect();
    const place = (value, size) => 18 + value / 9999 * (size - 36);
    return body.full_name.map((name, i) => ({name, x: box.x + place(body.x[i], box.width), y: box.y + place(body.y[i], box.height)}))
        .filter(({x, y}) => document.elementFromPoint(x, y) === canvas);
})()"""


def opened(visit, service, address="", **options):
    page = visit(service, address, **options)
    page.until("!document.querySelector('#map-frame').hidden && document.querySelector('#map').width > 300")
    return page


def alone(places):
    """The point that is farthest from its nearest neighbour."""
    def room(one):
        return min((one["x"] - other["x"]) ** 2 + (one["y"] - other["y"]) ** 2 for other in places if other is not one)
    return max(places, key=room)


def test_the_map_tells_and_leads(visit, embedded):
    page = opened(visit, embedded)
    assert page.text("#map-note").startswith("200 repositories")

    def follow():
        # The page may still be finding its form when it is first pointed at.
        place = alone(page.evaluate(PLACES))
        page.mouse("mouseMoved", place["x"], place["y"])
        if not page.text("#map-tip").startswith(place["name"]):
            return False
        for event in ("mousePressed", "mouseReleased"):
            page.mouse(event, place["x"], place["y"], button="left", clickCount=1)
        with contextlib.suppress(AssertionError):
            page.until(f"document.querySelector('#subject .name')?.dataset.name === {json.dumps(place['name'])}", within=5)
            return True

    eventually(follow, what="the repos like one on the map")


def test_a_line_drawn_on_the_map_selects(visit, embedded):
    page = opened(visit, embedded)
    page.click("#lasso")
    assert page.evaluate("document.querySelector('#lasso').getAttribute('aria-pressed')") == "true"
    box = page.evaluate("document.querySelector('#map').getBoundingClientRect().toJSON()")
    left, top, right, bottom = box["x"] + 8, box["y"] + 8, box["x"] + box["width"] / 2, box["y"] + box["height"] - 8
    inside = {p["name"] for p in page.evaluate(PLACES) if p["x"] < right}
    page.mouse("mousePressed", left, top, button="left", clickCount=1)
    for x, y in [(right, top), (right, bottom), (left, bottom)]:
        page.mouse("mouseMoved", x, y, button="left", buttons=1)
    page.mouse("mouseReleased", left, bottom, button="left", clickCount=1)
    page.until("document.querySelector('#note').innerText.includes('selected on the map')")
    count = int(page.text("#note").split()[0])
    assert 0 < count < 200 and abs(count - len(inside)) <= 2
    assert page.evaluate("document.querySelector('#lasso').getAttribute('aria-pressed')") == "false"


def test_a_press_on_the_legend_filters_map_and_results(visit, embedded):
    page = opened(visit, embedded, "?q=number")
    page.until("document.querySelectorAll('#legend button').length === 4")
    page.evaluate("[...document.querySelectorAll('#legend button')].find(e => e.innerText === 'Go').click()")
    page.until("document.querySelectorAll('#results li').length > 0 && [...document.querySelectorAll('#results .facts')].every(e => e.innerText.includes('Go'))")
    assert page.evaluate("new URLSearchParams(location.search).get('language')") == "Go"
    page.evaluate("document.querySelector('#legend [aria-pressed=true]').click()")
    page.until("!location.search.includes('language')")


def test_a_frame_of_a_large_map_is_drawn_in_time(visit, embedded):
    """100,000 points: a frame takes less than the sixtieth of a second by far; asserted loosely, machines differ."""
    page = visit(embedded)
    page.until("!document.querySelector('#map-frame').hidden")
    page.evaluate("""(() => {
        const real = window.fetch, count = 100000;
        window.fetch = async (path, options) => {
            if (new URL(path).pathname !== "/map") return real(path, options);
            const numbers = factor => Array.from({length: count}, (_, i) => Math.floor((i * factor) % 1 * 9999));
            const body = {state: "ready", languages: ["Go", "C"], x: numbers(.618), y: numbers(.7548), language: numbers(.5).map((_, i) => i % 2),
                stars: Array(count).fill(5), full_name: Array.from({length: count}, (_, i) => "owner/repo-" + i), regions: []};
            return new Response(JSON.stringify(body), {headers: {ETag: '"large"'}});
        };
        document.dispatchEvent(new Event("visibilitychange"));
    })()""")
    page.until("document.querySelector('#map-note').innerText.startsWith('100,000')")
    page.evaluate("performance.clearMeasures('map frame')")
    for _ in range(5):
        page.click("#zoom-in")
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    frames = page.evaluate("performance.getEntriesByName('map frame').map(entry => entry.duration)")
    assert len(frames) >= 5
    print("frames of 100,000 points, ms:", sorted(round(frame, 1) for frame in frames))


def test_two_fingers_zoom(visit, embedded):
    page = opened(visit, embedded)
    page.call("Emulation.setTouchEmulationEnabled", enabled=True)
    box = page.evaluate("document.querySelector('#map').getBoundingClientRect().toJSON()")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    fingers = lambda gap: [{"x": x - gap, "y": y, "id": 1}, {"x": x + gap, "y": y, "id": 2}]
    page.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=fingers(30))
    for gap in (50, 70, 90):
        page.call("Input.dispatchTouchEvent", type="touchMove", touchPoints=fingers(gap))
    page.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
    page.until("document.querySelector('#map').className === 'zoomed'")
