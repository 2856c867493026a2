"""Opens pages in headless Chromium, from files, and prints what came of each as JSON.

    browse.py < requests.json > answers.json

A request: {"file": PATH, "width": CSS pixels, "scheme": "light" | "dark", "script": bool, "axe": bool, "keys": bool,
"ask": JavaScript or null, "shot": PATH or null, "print": PATH or null, "pages": bool}. An answer says what was requested from the
network, every message of the console, how long it took until the page could be used (a fold was opened), what axe-core finds wrong, the
way of the Tab key through the page, whether the page is wider than the window, what the JavaScript gave, and how many pages of paper it takes.

Chromium is spoken to over its pipe (Chrome DevTools Protocol), so nothing but Python is needed.
"""

import base64
import fcntl
import importlib.util
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

LIMIT = 60.0


class Browser:
    def __init__(self, folder):
        program = os.environ.get("REACHGATE_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
        if program is None:
            sys.exit("Chromium is not there: install the package `chromium`, or name it in REACHGATE_CHROMIUM")
        (theirs_in, self.out), (self.into, theirs_out) = os.pipe(), os.pipe()
        # The browser reads its descriptor 3 and writes its 4; ours must be elsewhere by then.
        high = [fcntl.fcntl(end, fcntl.F_DUPFD, 100) for end in (theirs_in, theirs_out)]

        def place():
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        self.process = subprocess.Popen(
            [program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-pipe",
             "--no-first-run", "--disable-background-networking", "--disable-dev-shm-usage",
             f"--user-data-dir={folder}", "about:blank"],
            preexec_fn=place, pass_fds=(3, 4), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        for end in (theirs_in, theirs_out, *high):
            os.close(end)
        self.number, self.events, self.buffer, self.session = 0, [], b"", None

    def attach(self):
        target = self.call("Target.createTarget", {"url": "about:blank"}, session=None)["targetId"]
        given = self.call("Target.attachToTarget", {"targetId": target, "flatten": True}, session=None)
        self.session, self.events = given["sessionId"], []
        for domain in ("Page", "Network", "Runtime", "Log", "DOM"):
            self.call(f"{domain}.enable")
        return target

    def message(self):
        while b"\0" not in self.buffer:
            block = os.read(self.into, 1 << 20)
            if not block:
                sys.exit("Chromium ended")
            self.buffer += block
        text, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, parameters=None, session="own"):
        self.number += 1
        request = {"id": self.number, "method": method, "params": parameters or {}}
        if session == "own":
            request["sessionId"] = self.session
        data = json.dumps(request).encode() + b"\0"
        while data:
            data = data[os.write(self.out, data):]
        while True:
            message = self.message()
            if message.get("id") == self.number:
                if "error" in message:
                    sys.exit(f"{method}: {message['error']}")
                return message["result"]
            self.events.append(message)

    def wait(self, method):
        begun = time.monotonic()
        while not any(event.get("method") == method for event in self.events):
            if time.monotonic() - begun > LIMIT:
                sys.exit(f"no {method}")
            self.events.append(self.message())

    def ask(self, script):
        told = self.call("Runtime.evaluate", {"expression": script, "returnByValue": True, "awaitPromise": True})
        if "exceptionDetails" in told:
            sys.exit(f"{script[:200]}: {told['exceptionDetails']}")
        return told["result"].get("value")

    def press(self, key, code):
        for kind in ("rawKeyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", {"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code})


def axe_source():
    spec = importlib.util.find_spec("axe_playwright_python")
    if spec is None:
        sys.exit("axe-core is not there: pip install --no-deps --requirement tests/page/without-dependencies.txt")
    return (pathlib.Path(spec.submodule_search_locations[0]) / "axe.min.js").read_text(encoding="utf-8")


FOCUS = """(() => { const at = document.activeElement; if (!at || at === document.body) return null;
    const shown = getComputedStyle(at), outline = shown.outlineStyle !== 'none' && shown.outlineWidth !== '0px';
    return {element: at.localName, name: (at.getAttribute('aria-label') || at.textContent || at.id).trim().slice(0, 60),
            outline, visible: at.checkVisibility()} })()"""


def walk(browser):
    """Where the Tab key leads, once through the page."""
    stops = []
    for _ in range(400):
        browser.press("Tab", 9)
        stop = browser.ask(FOCUS)
        if stop is None:
            break
        stops.append(stop)
    # A fold opens by the keyboard alone.
    browser.ask("document.querySelector('summary')?.focus()")
    fold = "document.querySelector('details')?.open ?? null"
    before = browser.ask(fold)
    browser.call("Input.dispatchKeyEvent", {"type": "keyDown", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"})
    browser.call("Input.dispatchKeyEvent", {"type": "keyUp", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13})
    folded = [before, browser.ask(fold)]
    # So does a switch switch.
    browser.ask("document.querySelector('input[type=radio]:checked')?.focus()")
    shown = "[...document.querySelectorAll('.state')].filter(it => it.checkVisibility()).map(it => it.className.split(' ')[1])"
    was = browser.ask(shown)
    browser.press("ArrowLeft", 37)
    return {"stops": stops, "folded": folded, "switched": was + browser.ask(shown)}


def visit(browser, request):
    target = browser.attach()
    browser.call("Network.emulateNetworkConditions",
                 {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0})
    browser.call("Emulation.setDeviceMetricsOverride",
                 {"width": request["width"], "height": 900, "deviceScaleFactor": 1, "mobile": False})
    browser.call("Emulation.setEmulatedMedia",
                 {"features": [{"name": "prefers-color-scheme", "value": request.get("scheme", "light")}]})
    if not request.get("script", True):
        browser.call("Emulation.setScriptExecutionDisabled", {"value": True})
    url = pathlib.Path(request["file"]).resolve().as_uri()
    begun = time.monotonic()
    browser.call("Page.navigate", {"url": url})
    browser.wait("Page.loadEventFired")
    answer = {"loaded_ms": round((time.monotonic() - begun) * 1000)}
    if request.get("script", True):
        # Until a fold that was asked for is there to be read.
        frames = """new Promise(done => requestAnimationFrame(() => {
            const fold = document.querySelector('details:not([open]) > summary'); fold?.click();
            requestAnimationFrame(() => requestAnimationFrame(() => { done(performance.now()); fold?.click() })) }))"""
        answer["usable_ms"] = round(browser.ask(frames))
        # What a busy machine takes is not the page's doing: the best of several times counts.
        for _ in range(4):
            if answer["usable_ms"] > 500:
                browser.events = [event for event in browser.events if event.get("method") != "Page.loadEventFired"]
                browser.call("Page.reload")
                browser.wait("Page.loadEventFired")
                answer["usable_ms"] = min(answer["usable_ms"], round(browser.ask(frames)))
        answer["overflow"] = browser.ask("document.documentElement.scrollWidth - innerWidth")
        answer["asked"] = browser.ask(request["ask"]) if request.get("ask") else None
    if request.get("axe"):
        browser.ask(axe_source() + ";true")
        found = browser.ask("axe.run(document, {resultTypes: ['violations']}).then(found => found.violations.map(it => "
                            "({id: it.id, nodes: it.nodes.map(node => node.html.slice(0, 200) + ' ' + node.failureSummary)})))")
        answer["axe"] = found
    if request.get("keys"):
        answer["keys"] = walk(browser)
    if request.get("shot"):
        size = browser.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": request["width"], "height": min(size["height"], 8000), "scale": 1}
        shot = browser.call("Page.captureScreenshot", {"clip": clip, "captureBeyondViewport": True})
        pathlib.Path(request["shot"]).write_bytes(base64.b64decode(shot["data"]))
    if request.get("print") or request.get("pages"):
        # A4, in inches.
        paper = {"printBackground": True, "preferCSSPageSize": True, "paperWidth": 8.27, "paperHeight": 11.69}
        printed = base64.b64decode(browser.call("Page.printToPDF", paper)["data"])
        if request.get("print"):
            pathlib.Path(request["print"]).write_bytes(printed)
        answer["pages"] = len(re.findall(rb"/Type /Page\b", printed))
    of = lambda method: [event["params"] for event in browser.events if event.get("method") == method]
    requests = [it["request"]["url"] for it in of("Network.requestWillBeSent")]
    answer["requests"] = [asked for asked in requests if asked != url]
    answer["console"] = ([it["entry"]["text"] for it in of("Log.entryAdded")] +
                         [str(it["args"]) for it in of("Runtime.consoleAPICalled")] +
                         [str(it["exceptionDetails"]) for it in of("Runtime.exceptionThrown")])
    browser.call("Target.closeTarget", {"targetId": target}, session=None)
    return answer


def main():
    requests = json.load(sys.stdin)
    # Its helpers may write there for a moment more.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = Browser(folder)
        try:
            answers = [visit(browser, request) for request in requests]
        finally:
            browser.process.kill()
            browser.process.wait()
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
