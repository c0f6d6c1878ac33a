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


def press_arrows(page, across, down, shift=False):
    for count, backward, forward in ((across, ("ArrowLeft", 37), ("ArrowRight", 39)), (down, ("ArrowUp", 38), ("ArrowDown", 40))):
        for _ in range(abs(count)):
            page.key(*(forward if count > 0 else backward), shift=shift)


def told_count(page):
    page.until("document.querySelector('#map-note').innerText.includes('in the box')")
    return int(page.text("#map-note").split()[0])


def test_a_box_of_the_keyboard_selects(visit, embedded):
    page = opened(visit, embedded)
    page.evaluate("document.querySelector('#map').focus()")
    page.key(" ", 32, " ")
    press_arrows(page, -4, -4)
    press_arrows(page, 4, 8, shift=True)
    count = told_count(page)
    assert 0 < count < 200
    page.enter()
    page.until("document.querySelector('#note').innerText.includes('selected on the map')")
    assert int(page.text("#note").split()[0]) == count
    assert page.text("#map-note").startswith(f"{count} repositor") and page.evaluate("document.activeElement.id") == "map"


def test_the_button_of_the_lasso_works_by_keyboard_and_heeds_the_language(visit, embedded):
    page = opened(visit, embedded, "?language=Go")
    page.evaluate("document.querySelector('#lasso').focus()")
    page.enter()
    assert page.evaluate("document.activeElement.id") == "map"
    told_count(page)
    page.key("Escape", 27)
    assert page.text("#map-note").startswith("200 repositories; those near")
    page.evaluate("document.querySelector('#lasso').focus()")
    page.enter()
    press_arrows(page, -4, -4)
    press_arrows(page, 8, 8, shift=True)
    assert told_count(page) == 50
    page.enter()
    page.until("document.querySelectorAll('#results > li').length === 50")
    assert all("Go" in text for text in page.texts("#results .facts"))


def test_a_line_drawn_with_a_finger_selects(visit, embedded):
    page = visit(embedded, width=390, height=844, mobile=True)
    page.until("!document.querySelector('#map-frame').hidden")
    page.call("Emulation.setTouchEmulationEnabled", enabled=True)
    page.click("#show-map")
    page.click("#lasso")
    page.evaluate("document.querySelector('#map').scrollIntoView({block: 'center'})")
    box = page.evaluate("document.querySelector('#map').getBoundingClientRect().toJSON()")
    left, top, right, bottom = box["x"] + 4, box["y"] + 4, box["x"] + box["width"] - 4, box["y"] + box["height"] - 4
    finger = lambda x, y: [{"x": x, "y": y, "id": 1}]
    page.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=finger(left, top))
    for x, y in [(right, top), (right, bottom), (left, bottom)]:
        page.call("Input.dispatchTouchEvent", type="touchMove", touchPoints=finger(x, y))
    page.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
    page.until("document.querySelector('#map-note').innerText.startsWith('200 repositories selected')")
    page.click("#show-list")
    assert page.text("#note").startswith("200 repositories selected on the map")


def test_a_press_on_the_legend_filters_map_and_results(visit, embedded):
    page = opened(visit, embedded, "?q=number")
    page.until("document.querySelectorAll('#legend button').length === 4")
    page.evaluate("[...document.querySelectorAll('#legend button')].find(e => e.innerText === 'Go').focus()")
    page.enter()
    page.until("document.querySelectorAll('#results li').length > 0 && [...document.querySelectorAll('#results .facts')].every(e => e.innerText.includes('Go'))")
    assert page.evaluate("new URLSearchParams(location.search).get('language')") == "Go"
    assert page.evaluate("document.activeElement.innerText + document.activeElement.getAttribute('aria-pressed')") == "Gotrue"
    page.enter()
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
