"""The page's form: for every eye, hand and screen."""

import json

import pytest

from Harness.process import CHECKOUT


def listed(page):
    page.until("document.querySelectorAll('#results > li[data-name]').length === 20")
    page.until("!document.querySelector('#map-frame').hidden")


ADDRESSES = ["?q=library", "?similar=owner-2/repo-100", "status", "playground"]


def settled(page, address):
    if address.startswith("?"):
        listed(page)
    elif address == "status":
        page.until("document.querySelectorAll('#parts dt').length >= 8")


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_control_has_a_name(visit, embedded, address):
    page = visit(embedded, address)
    settled(page, address)
    page.call("Accessibility.enable")
    nodes = page.call("Accessibility.getFullAXTree")["nodes"]
    roles = {"button", "textbox", "searchbox", "combobox", "link", "progressbar", "application", "spinbutton", "checkbox"}
    controls = [node for node in nodes if not node["ignored"] and node["role"]["value"] in roles]
    assert len(controls) > (40 if address.startswith("?") else 6)
    assert not [node["role"] for node in controls if not node.get("name", {}).get("value", "").strip()]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_text_stands_out_from_its_ground(visit, embedded, dark, address):
    """WCAG 2.2, 1.4.3: at least 4.5 to 1."""
    page = visit(embedded, address, dark=dark)
    settled(page, address)
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
    assert len(ratios) > 15
    assert not [entry for entry in ratios if entry[1] < 4.5]


@pytest.mark.parametrize("width", [320, 390, 800, 1024, 1440, 2560])
@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_is_wider_than_the_screen(visit, embedded, width, address):
    page = visit(embedded, address, width=width, mobile=width < 500)
    settled(page, address)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_small_screen_shows_list_or_map(visit, embedded):
    page = visit(embedded, "?q=library", width=390, height=844, mobile=True)
    listed(page)
    page.click("#show-map")
    assert page.evaluate("document.querySelector('#map').checkVisibility() && !document.querySelector('#found').checkVisibility()")
    page.click("#show-list")
    assert page.evaluate("!document.querySelector('#map').checkVisibility() && document.querySelector('#found').checkVisibility()")


def test_colours_of_the_reader_are_kept(visit, embedded):
    page = visit(embedded, "?q=library")
    listed(page)
    page.call("Emulation.setEmulatedMedia", features=[{"name": "forced-colors", "value": "active"}])
    assert page.evaluate("getComputedStyle(document.querySelector('.meter')).borderTopWidth") == "1px"


def test_without_scripts_the_form_searches(visit, embedded):
    page = visit(embedded)
    page.call("Emulation.setScriptExecutionDisabled", value=True)
    page.open(embedded.url + "/")
    assert page.evaluate("document.querySelector('#search').checkVisibility()")
    assert not page.evaluate("document.querySelector('nav').checkVisibility()")
    assert "need JavaScript" in page.text("noscript .notice")
    page.click("#query")
    page.type("number100")
    page.enter()
    page.until("document.querySelector('noscript .name')?.innerText === 'owner-2/repo-100'")
    assert page.evaluate("document.querySelector('#query').value") == "number100"
    assert page.evaluate("document.title") == "number100 – embed-star"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.open(embedded.url + "/?q=library")
    first = page.texts("noscript .name")
    page.evaluate("[...document.querySelectorAll('noscript a')].find(link => link.textContent === 'More').click()")
    page.until(f"document.querySelectorAll('noscript .name').length === 20 && document.querySelector('noscript .name').innerText !== {json.dumps(first[0])}")
    assert not set(first) & set(page.texts("noscript .name"))
    page.open(embedded.url + "/?q=number100")
    page.click("noscript .side a")
    page.until("document.querySelector('noscript .note')?.innerText.startsWith('Nearest in meaning to owner-2/repo-100')")
    assert page.evaluate("document.querySelectorAll('noscript .name').length") == 20
    assert page.evaluate("document.querySelector('.tools') && !document.querySelector('.tools').checkVisibility()")


def test_the_page_is_small_and_closed(embedded):
    answer = embedded.get("/", headers={"Accept-Encoding": "gzip"}, stream=True)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.raw.read(decode_content=False)) < 60 * 1024
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    for part in ("script-src", "style-src"):
        assert any(rule.split()[0] == part and "'sha256-" in rule for rule in policy.split("; "))
    for path in ("/status", "/playground"):
        assert embedded.get(path).headers["Content-Security-Policy"] == policy


def test_the_page_is_made_of_its_sources(embedded):
    text = embedded.get("/").text
    assert "<link rel=\"stylesheet\"" not in text and "\nimport " not in text and "\nexport " not in text
    for path in (CHECKOUT / "Page/styles").iterdir():
        assert path.read_text() in text
