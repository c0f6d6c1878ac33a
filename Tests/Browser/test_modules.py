"""The page's pure functions, imported by the browser from the sources as they are."""

import json
import re

import pytest

from Harness.process import CHECKOUT

SCRIPTS = CHECKOUT / "Page/scripts"


@pytest.fixture
def call(browser, sources):
    """The value of an expression over a module: call("format", "m.compact(12345)")."""
    page = browser.new_page().open(sources + "/include/resources.h")

    def evaluate(module, expression):
        return page.evaluate(f"import({json.dumps(f'{sources}/scripts/{module}.js')}).then(m => ({expression}))")

    yield evaluate
    page.close()


NOW = "Date.parse('2026-07-01T12:00:00Z')"


@pytest.mark.parametrize("module, expression, value", [
    ("format", "[0, 999, 1000, 1049, 12345, 99949, 99950, 541915, 999949, 999950, 1.2e6].map(m.compact)",
     ["0", "999", "1k", "1k", "12.3k", "99.9k", "100k", "542k", "1000k", "1M", "1.2M"]),
    ("format", "[0.2, 59, 60, 3599, 3600, 7199, 7380].map(m.duration)",
     ["1 s", "59 s", "1 min", "60 min", "1 h 0 min", "2 h 0 min", "2 h 3 min"]),
    ("format", f"['2026-07-01T01:00:00Z', '2026-06-30T11:00:00Z', '2026-04-01T00:00:00Z', '2024-05-01T00:00:00Z', 'x', null]"
               f".map(text => m.ago(text, {NOW}))", ["today", "1 day ago", "3 months ago", "2 years ago", "", ""]),
    ("format", "['rust-lang', 'google', 'x', '日本', '😀a'].map(m.initials)", ["RL", "GO", "X", "日本", "😀A"]),
    ("format", "['', 'it failed', 'Done.'].map(m.sentence)", ["", "It failed.", "Done."]),
    ("format", "[m.hue('a') === m.hue('a'), m.hue('owner') < 360, m.plural(1, 'repository', 'repositories'), m.plural(1200, 'result')]",
     [True, True, "1 repository", "1,200 results"]),
    ("languages", "[m.languageColour('Rust'), m.languageColour('None such'), m.languageColour(null)]",
     ["#dea584", "#8b94a1", "#8b94a1"]),
    ("languages", "[m.readableColour('#000080', true) > '#000080', m.readableColour('#3178c6', false)]", [True, "#3178c6"]),
    ("address", "['', '12', '12,000', '1.500', '12k', '1 000', 'many', '1,5', '-1'].map(m.wholeNumber)",
     [None, 12, 12000, 1500, 12000, 1000, None, None, None]),
    ("address", "(p => [m.withExample(p, 'like', 'c/d'), m.withExample(p, 'unlike', 'c/d'), m.withExample(m.changed(p, {q: 'x'}), 'unlike', 'c/d')]"
                ".map(place => place && m.writeAddress(place)))(m.readAddress('http://localhost/?similar=a/b&language=Go'))",
     ["/?like=a%2Fb&like=c%2Fd&language=Go", "/?like=a%2Fb&unlike=c%2Fd&language=Go", None]),
    ("address", "(p => ['c/d', 'a/b', 'e/f'].map(name => m.writeAddress(m.withoutExample(p, name))))"
                "(m.readAddress('http://localhost/?like=a/b&unlike=c/d&q=x&unlike=%3Cb%3E'))",
     ["/?similar=a%2Fb", "/", "/?like=a%2Fb&unlike=c%2Fd"]),
    ("address", "m.searchRequest(m.readAddress('http://localhost/?like=a/b&unlike=c/d&min_stars=2k'), 20)",
     {"path": "/search", "body": {"like": ["a/b"], "unlike": ["c/d"], "min_stars": 2000, "limit": 20}}),
    ("address", "[m.searchRequest(m.readAddress('http://localhost/?q=x&topic=cli'), 20), m.searchRequest(m.readAddress('http://localhost/?topic=cli'), 20)]",
     [{"path": "/search?q=x&mode=hybrid&topic=cli&limit=20"}, None]),
    ("ranking", "m.relevance([{score: .64}, {score: .7}, {score: null}, {score: .25}, {score: -1}])",
     [0.8, 0.8, 0.776, 0.5, 0.02]),
    ("ranking", "m.reasons({matched: ['name', 'text', 'vector', 'new']})", ["name", "words", "meaning", "new"]),
    ("ranking", "[{coverage: 1}, {coverage: .999}, {reason: 'the database is busy', coverage: .5}].map(m.caveats)",
     [[], [], ["The database is busy.", "50 % of the repositories are embedded so far."]]),
    ("conditions", "[m.replicaWords(0), m.replicaWords(2, ['web-0-1-284712', 'web-1-1-40129'])]", ["0", "2: web-0-1, web-1-1"]),
    ("conditions", "m.condition('gone', null).level", "bad"),
    ("conditions", "m.condition('open', {state: 'idle', total: 3, embedded: 3, pending: 0, provider: {state: 'ready'}})", None),
    ("conditions", "m.condition('open', {state: 'disconnected', total: 3, embedded: 3}).title", "The database does not answer."),
    ("conditions", "m.condition('open', {state: 'draining', total: 4, embedded: 1, pending: 3, rate_per_second: 2.5, eta_seconds: 2, provider: {state: 'ready'}})",
     {"level": "info", "title": "Embedding 1 of 4, 2.5 a second, 2 s left.", "text": "Words find everything now; meaning finds what is embedded.", "progress": 0.25}),
    ("conditions", "[m.pausedWords({}), m.pausedWords({paused_since: '2026-07-01T12:00:00Z', paused_by: '0123456789abcdef'}).replace(/ since .*20.*?, by/, ' since …, by')]",
     ["", " since …, by the key 01234567…"]),
    ("conditions", "m.groupFailures([{error: 'a: lasted 3 s'}, {error: 'b'}, {error: 'a: lasted 4 s'}]).map(g => [g.cause, g.failures.length])",
     [["Lasted 3 s.", 2], ["B.", 1]]),
    ("importing", "['running', 'done', 'failed'].map(state => m.starsWords({state, user: 'octocat', created: 1200, changed: 2, unchanged: 0, error: 'GitHub has no such user'}))",
     ["Importing the stars of octocat: 1,200 new, 2 changed, 0 unchanged.", "The stars of octocat: 1,200 new, 2 changed, 0 unchanged.",
      "GitHub has no such user. Before that: 1,200 new, 2 changed, 0 unchanged."]),
    ("map-geometry", "m.pointsWithin({x: [.5, .9, .1], y: [.5, .9, .1]}, {width: 136, height: 136, scale: 1, x: 0, y: 0}, [[50, 50], [90, 50], [90, 90], [50, 90]])",
     [0]),
    ("map-geometry", "[[1, 0], [0, 1], [-1, 0]].map(([dx, dy]) => m.nextPoint({x: [.5, .7, .6, .5], y: [.5, .55, .1, .9]}, {width: 136, height: 136, scale: 1, x: 0, y: 0}, 0, dx, dy))",
     [1, 3, -1]),
    ("map-geometry", "m.nextPoint({x: [.5, .6], y: [.5, .1]}, {width: 136, height: 136, scale: 1, x: 0, y: 0}, 0, 1, 0)", 1),
    ("map-geometry", "[[1, -1, false], [9, 9, false], [1, -1, true], [99, -99, true]].map(step => m.nudged({x: 40, y: 40, width: 80, height: 80}, ...step, {width: 160, height: 160}))",
     [{"x": 50, "y": 30, "width": 80, "height": 80}, {"x": 80, "y": 80, "width": 80, "height": 80},
      {"x": 40, "y": 40, "width": 90, "height": 70}, {"x": 40, "y": 40, "width": 120, "height": 10}]),
    ("map-geometry", "m.outline({x: 1, y: 2, width: 3, height: 4})", [[1, 2], [4, 2], [4, 6], [1, 6]]),
    ("map-geometry", "(taken => [0, 1, 2, 3, 4, 5].map(() => m.roomFor({x: 90, y: 50, width: 20, height: 10}, {width: 100, height: 100}, taken)?.y ?? null))([])",
     [50, 40, 60, 30, 70, None]),
    ("map-geometry", "m.roomFor({x: 95, y: -9, width: 20, height: 10}, {width: 100, height: 100}, [])", {"x": 76, "y": 4, "width": 20, "height": 10}),
    ("map-geometry", "m.held({width: 100, height: 100, scale: 2, x: 50, y: -500})",
     {"width": 100, "height": 100, "scale": 2, "x": 0, "y": -100}),
    ("map-geometry", "m.zoomed({width: 100, height: 100, scale: 1, x: 0, y: 0}, 2, 50, 50)",
     {"width": 100, "height": 100, "scale": 2, "x": -50, "y": -50}),
    ("map-geometry", "m.zoomed({width: 100, height: 100, scale: 1, x: 0, y: 0}, 1e9, 0, 0).scale", 40),
])
def test_pure_functions(call, module, expression, value):
    assert call(module, expression) == (pytest.approx(value) if value and isinstance(value, list) and isinstance(value[0], float) else value)


def test_names_on_the_map_do_not_stand_under_marks(call):
    """A region in the middle of the map, and there the first result."""
    assert call("map-paint", """(() => {
        const written = [], real = CanvasRenderingContext2D.prototype.fillText;
        CanvasRenderingContext2D.prototype.fillText = function (text, x, y) { written.push({ text, y }); real.call(this, text, x, y); };
        const frame = { width: 400, height: 400, scale: 1, x: 0, y: 0 }, canvas = document.createElement("canvas");
        const points = { x: [.5], y: [.5], names: ["a/b"], regions: [{ name: "region", x: .5, y: .5 }], pixels: Uint32Array.of(0) };
        m.fitCanvas(canvas, frame);
        for (const marks of [[], [0]]) m.paintLayer(points, frame, { ink: "#000", soft: "#000", ground: "#fff" }, () => false, marks);
        CanvasRenderingContext2D.prototype.fillText = real;
        return written.filter(({ text }) => text === "region").map(({ y }) => y);
    })()""") == [200, 178]


@pytest.mark.parametrize("text, query, pieces", [
    ("Runs models.", "run the model", ["[Runs]", " ", "[models]", "."]),
    ("Café Über", "cafe uber", ["[Café]", " ", "[Über]"]),
    ("<b>bold</b>", "bold", ["<b>", "[bold]", "</b>"]),
    ("中文分词工具", "分词", ["[中文分词工具]"]),
    ("A library", "a", ["A library"]),
    ("Nothing here", "(.*)+", ["Nothing here"]),
    ("", "x", []),
])
def test_words_of_the_query_are_marked(call, text, query, pieces):
    found = call("ranking", f"m.markedPieces({json.dumps(text)}, {json.dumps(query)})")
    assert [f"[{piece['text']}]" if piece["isMarked"] else piece["text"] for piece in found] == pieces


@pytest.mark.parametrize("address, written", [
    ("/", "/"), ("/?q=a+b", "/?q=a+b"), ("/#q=a+b&language=Go", "/?q=a+b&language=Go"), ("/?similar=a/b&q=x", "/?similar=a%2Fb"),
    ("/?q=x&mode=text", "/?q=x&mode=text"), ("/?q=x&mode=nonsense&strange=1", "/?q=x"), ("/status", "/status"),
    ("/playground?q=x", "/playground"), ("/?q=%E4%B8%AD&min_stars=12,000", "/?q=%E4%B8%AD&min_stars=12%2C000"),
])
def test_an_address_is_read_and_written(call, address, written):
    assert call("address", f"m.writeAddress(m.readAddress('http://localhost' + {json.dumps(address)}))") == written


def test_the_grid_finds_what_a_look_at_all_points_finds(call):
    assert call("map-geometry", """(() => {
        const x = Float32Array.from({length: 2000}, (_, i) => (i * 0.6180339887) % 1), y = Float32Array.from({length: 2000}, (_, i) => (i * 0.7548776662) % 1);
        const points = {x, y, grid: m.makeGrid({x, y})}, frame = {width: 640, height: 480, scale: 3, x: -300, y: -200};
        for (let at = 0; at < 400; at++) {
            const px = (at * 97) % 640, py = (at * 61) % 480;
            let best = -1, least = 14 * 14;
            for (let i = 0; i < x.length; i++) {
                const d = (m.across(x[i], frame) - px) ** 2 + (m.down(y[i], frame) - py) ** 2;
                if (d < least) { least = d; best = i; }
            }
            if (m.nearestPoint(points, frame, px, py) !== best) return at;
        }
        return "same";
    })()""") == "same"


def test_modules_can_be_put_one_after_the_other():
    """As resources.c does: imports are one line each, and no two modules use one name at their top."""
    listed = re.findall(r'#embed "scripts/(.*)"', (CHECKOUT / "Page/resources.c").read_text())
    assert sorted(listed) == sorted(path.name for path in SCRIPTS.glob("*.js"))
    names = {}
    for module in listed:
        text = (SCRIPTS / module).read_text()
        for line in text.splitlines():
            assert not line.startswith("import") or re.fullmatch(r'import \{ [\w, ]+ \} from "\./[\w-]+\.js";', line), (module, line)
        for name in re.findall(r"^(?:export )?(?:async )?(?:function\*?|const|let|class) (\w+)", text, re.MULTILINE):
            assert name not in names, (name, module, names[name])
            names[name] = module
    assert all(len((SCRIPTS / module).read_text().splitlines()) <= 300 for module in listed)
