"""Takes the pictures of the page: screenshots.py URL. `scripts/screenshots` installs what it needs."""

import base64
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
    ("page-dark-phone", {**PHONE, "dark": True}, "?q=command+line+search+tool"),
]
READY = "document.querySelectorAll('#results li').length > 0"
STILL = "document.activeElement.blur(); new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
SCRIPT = "terminal file manager"


def take(browser, url, name, screen, address):
    page = browser.new_page(**screen).open(f"{url}/{address}")
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
    """Still pictures in lossy WebP, each with its milliseconds, as one that moves (RFC 9649 §2.7)."""
    def three(number):
        return struct.pack("<I", number)[:3]

    parts = chunk(b"VP8X", b"\x02\0\0\0" + three(width - 1) + three(height - 1)) + chunk(b"ANIM", struct.pack("<IH", 0, 0))
    for still, milliseconds in frames:
        picture = still[still.index(b"VP8 "):]
        # At the corner, in full size, in place of what was there.
        head = three(0) * 2 + three(width - 1) + three(height - 1) + three(milliseconds) + b"\x02"
        parts += chunk(b"ANMF", head + picture)
    return chunk(b"RIFF", b"WEBP" + parts)


def animate(browser, url):
    """Type, results, similar, map."""
    width, height = 1000, 600
    page = browser.new_page(width=width, height=height).open(url + "/")
    page.until("!!document.querySelector('.start') && !document.querySelector('#map-frame').hidden", within=120)
    frames = []

    def keep(milliseconds):
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        shot = page.call("Page.captureScreenshot", format="webp", quality=12)["data"]
        frames.append((base64.b64decode(shot), milliseconds))

    keep(900)
    for letter in range(0, len(SCRIPT), 2):
        page.type(SCRIPT[letter:letter + 2])
        keep(140)
    page.until(READY)
    keep(2000)
    page.click("#results li .side button")
    page.until("document.querySelectorAll('#results li').length > 0 && !!document.querySelector('#subject .facts')")
    keep(2000)
    for _ in range(3):
        page.click("#zoom-in")
        keep(600)
    keep(1500)
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
