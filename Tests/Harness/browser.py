"""Headless Chromium, driven through the DevTools protocol."""

import base64
import itertools
import json
import pathlib
import re
import shutil
import time

from websockets.sync.client import connect

from Harness.process import CHECKOUT, Process, eventually


def chromium():
    """The browser's program, None when there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Browser:
    """One browser process; every test takes a page of its own in it."""

    def __init__(self, profile, environment):
        flags = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-extensions", "--mute-audio",
            "--hide-scrollbars", "--remote-debugging-port=0", f"--user-data-dir={profile}",
        ]
        self.process = Process([chromium(), *flags, "about:blank"], environment, CHECKOUT)
        self.address = eventually(self._address, within=60, what="the browser's address")

    def _address(self):
        self.process.check()
        found = re.search(r"DevTools listening on (ws://\S+)", self.process.output)
        return found and found.group(1)

    def new_page(self, width=1280, height=900, dark=False, mobile=False):
        return Page(self, width, height, dark, mobile)

    def stop(self):
        self.process.stop()


# Brings an element into view and tells its box. The next press of the mouse tells in `isHit` whether it meets the element;
# it stays null where a page may run no scripts.
AIM = """(selector => {
  window.isHit = null;
  window.addEventListener("mousedown", event => {
    window.isHit = document.querySelector(selector)?.contains(event.target) ?? false;
  }, { capture: true, once: true });
  document.querySelector(selector).scrollIntoView({ block: "center" });
  return document.querySelector(selector).getBoundingClientRect().toJSON();
})(%s)"""


class Page:
    """One tab with a storage of its own. What it asks for and what it complains of is kept."""

    def __init__(self, browser, width, height, dark, mobile):
        self._socket = connect(browser.address, max_size=None)
        self._ids = itertools.count(1)
        self._session = None
        self.requests = []
        self.complaints = []
        self._image = None
        self._context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=self._context)["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.show(width, height, dark, mobile)

    def show(self, width, height, dark=False, mobile=False):
        """Sets size and colours of the screen."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, mobile=mobile,
                  deviceScaleFactor=2 if mobile else 1)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def close(self):
        session, self._session = self._session, None
        if session:
            self.call("Target.disposeBrowserContext", browserContextId=self._context)
        self._socket.close()

    def call(self, method, **parameters):
        """Asks the browser; what it tells meanwhile is taken in."""
        number = next(self._ids)
        message = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._socket.send(json.dumps(message))
        deadline = time.monotonic() + 60
        while True:
            answer = json.loads(self._socket.recv(timeout=deadline - time.monotonic()))
            if answer.get("id") == number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]
            self._take_in(answer)

    def _take_in(self, event):
        kind, details = event.get("method"), event.get("params", {})
        if kind == "Fetch.requestPaused":
            self._answer_image(details["requestId"])
        elif kind == "Network.requestWillBeSent":
            self.requests.append(details["request"]["url"])
        elif kind == "Runtime.exceptionThrown":
            self.complaints.append(details["exceptionDetails"].get("exception", {}).get("description", "exception"))
        elif kind == "Runtime.consoleAPICalled" and details["type"] in ("error", "warning", "assert"):
            self.complaints.append(" ".join(str(part.get("value", part)) for part in details["args"]))
        elif kind == "Log.entryAdded" and details["entry"]["level"] in ("error", "warning"):
            self.complaints.append(f"{details['entry']['text']} {details['entry'].get('url', '')}")

    def answer_images(self, url, image):
        """Answers requests that begin with an address in the place of whoever is there, with an image; None: with a fault."""
        self._image = image
        self.call("Fetch.enable", patterns=[{"urlPattern": url + "*"}])

    def _answer_image(self, request):
        body = base64.b64encode(self._image or b"").decode()
        number = next(self._ids)
        # Its answer is nobody's: it is taken in with what the browser tells.
        self._socket.send(json.dumps({"id": number, "method": "Fetch.fulfillRequest", "sessionId": self._session, "params": {
            "requestId": request, "responseCode": 200 if self._image else 404, "body": body}}))

    def open(self, url):
        self.call("Page.navigate", url=url)
        # The page may put what it shows after the address.
        self.until(f"document.readyState === 'complete' && location.href.startsWith({json.dumps(re.split('[?#]', url)[0])})")
        return self

    def evaluate(self, expression):
        """The value of an expression, which may be a promise."""
        answer = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def until(self, expression, within=30):
        """The first true value of an expression."""
        return eventually(lambda: self.evaluate(expression), within=within, every=0.05, what=expression)

    def text(self, selector):
        return self.evaluate(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''")

    def texts(self, selector):
        return self.evaluate(f"[...document.querySelectorAll({json.dumps(selector)})].map(e => e.innerText)")

    def click(self, selector, x=0.5, y=0.5):
        """A click of the mouse at a place of an element, given in shares of its size; again if the element moved away."""

        def hits():
            box = self.evaluate(AIM % json.dumps(selector))
            point = box["x"] + x * box["width"], box["y"] + y * box["height"]
            self.mouse("mouseMoved", *point)
            self.mouse("mousePressed", *point, button="left", clickCount=1)
            is_hit = self.evaluate("window.isHit") is not False
            # Released elsewhere, the button is no click on what was pressed in its stead.
            self.mouse("mouseReleased", *(point if is_hit else (0, 0)), button="left", clickCount=1)
            return is_hit

        eventually(hits, within=30, what=f"a click on {selector}")

    def mouse(self, kind, x, y, **details):
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **details)

    def type(self, text):
        """Puts text where the focus is."""
        self.call("Input.insertText", text=text)

    def key(self, name, code, text="", shift=False):
        """Presses a key, named as in KeyboardEvent.key, with its virtual code."""
        for kind in ("keyDown", "keyUp"):
            details = {"modifiers": 8 * shift, **({"text": text} if text and kind == "keyDown" else {})}
            self.call("Input.dispatchKeyEvent", type=kind, key=name, code=name, windowsVirtualKeyCode=code, **details)

    def tab(self):
        self.key("Tab", 9)

    def enter(self):
        self.key("Enter", 13, "\r")

    def fill(self, selector, text):
        """Replaces a field's text as typing would."""
        place = json.dumps(selector)
        self.evaluate(f"(e => {{ e.focus(); e.select?.(); }})(document.querySelector({place}))")
        if text:
            self.type(text)
        else:
            self.key("Delete", 46)

    def screenshot(self, path, full=False, form="png", quality=None):
        options = {"quality": quality} if quality else {}
        shot = self.call("Page.captureScreenshot", format=form, captureBeyondViewport=full, **options)
        pathlib.Path(path).write_bytes(base64.b64decode(shot["data"]))
