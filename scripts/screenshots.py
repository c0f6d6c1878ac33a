"""Takes the pictures of the page: screenshots.py URL. `scripts/screenshots` installs what it needs."""

import base64
import json
import math
import os
import pathlib
import struct
import sys
import tempfile

from Harness.browser import Browser

DOCS = pathlib.Path(__file__).resolve().parents[1] / "docs"
LARGEST = 110 << 10
WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 760, "mobile": True}
PICTURES = [
    ("page-light", WIDE, "?q=run+language+models+on+my+laptop"),
    ("page-dark-phone", {**PHONE, "dark": True}, "?q=vector+database"),
]
READY = "document.querySelectorAll('#results li').length > 0"
STILL = "document.activeElement.blur(); new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
SCRIPT = "terminal file manager"


def take(browser, url, name, screen, address):
    page = browser.new_page(**screen)
    # The second time neither browser nor service has anything to start.
    for _ in range(2):
        page.open(f"{url}/{address}")
        page.until(READY)
        page.until("!document.querySelector('#map-frame').hidden", within=120)
    # Two frames: the map has been drawn by then.
    page.evaluate(STILL)
    path = DOCS / f"{name}.webp"
    for quality in (80, 65, 50, 40, 30):
        page.screenshot(path, form="webp", quality=quality)
        if path.stat().st_size <= LARGEST:
            break
    else:
        sys.exit(f"{path} is larger than {LARGEST >> 10} KiB")
    print(f"{path.name}: {path.stat().st_size >> 10} KiB")
    page.close()


def chunk(name, data):
    """A chunk of RIFF; data of odd length is padded."""
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def animation(frames, width, height):
    """Still pictures in lossy WebP, each with its place and its milliseconds, as one that moves (RFC 9649 §2.7)."""
    def three(number):
        return struct.pack("<I", number)[:3]

    parts = chunk(b"VP8X", b"\x02\0\0\0" + three(width - 1) + three(height - 1)) + chunk(b"ANIM", struct.pack("<IH", 0, 0))
    for still, (x, y, wide, high), milliseconds in frames:
        picture = still[still.index(b"VP8 "):]
        # Places are counted in twos. The last byte: in place of what was there, and it stays.
        head = three(x // 2) + three(y // 2) + three(wide - 1) + three(high - 1) + three(milliseconds) + b"\x02"
        parts += chunk(b"ANMF", head + picture)
    return chunk(b"RIFF", b"WEBP" + parts)


def animate(browser, url):
    """Type, results, similar, map."""
    width, height = 1120, 700
    page = browser.new_page(width=width, height=height).open(url + "/")
    page.until("!!document.querySelector('.start') && !document.querySelector('#map-frame').hidden", within=120)
    frames = []

    def keep(milliseconds, part=None):
        """The whole window, or the part of it that has changed."""
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        box = {"left": 0, "top": 0, "right": width, "bottom": height}
        if part:
            box = page.evaluate(f"document.querySelector({json.dumps(part)}).getBoundingClientRect().toJSON()")
        x, y = max(0, int(box["left"])) // 2 * 2, max(0, int(box["top"])) // 2 * 2
        wide, high = min(width, math.ceil(box["right"])) - x, min(height, math.ceil(box["bottom"])) - y
        clip = {"x": x, "y": y, "width": wide, "height": high, "scale": 1}
        shot = page.call("Page.captureScreenshot", format="webp", quality=30, clip=clip)["data"]
        frames.append((base64.b64decode(shot), (x, y, wide, high), milliseconds))

    keep(900)
    for letter in range(0, len(SCRIPT), 2):
        page.type(SCRIPT[letter:letter + 2])
        keep(140, ".ask")
    page.until(READY)
    keep(2000)
    page.click("#results li .side button")
    page.until("document.querySelectorAll('#results li').length > 0 && !!document.querySelector('#subject .facts')")
    keep(2000)
    for milliseconds in (600, 600, 2000):
        page.click("#zoom-in")
        keep(milliseconds, "#map-card")
    path = DOCS / "page.webp"
    path.write_bytes(animation(frames, width, height))
    print(f"{path.name}: {path.stat().st_size >> 10} KiB, {len(frames)} frames")
    page.close()


def main(url):
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(profile, dict(os.environ))
        for picture in PICTURES:
            take(browser, url, *picture)
        animate(browser, url)
        browser.stop()


main(sys.argv[1])
