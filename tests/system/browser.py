#!/usr/bin/env python3
"""Open a report in a headless browser and check what a reader would notice.

    tests/system/browser.py report.html [--figures ID,ID,...] [--pictures DIR]

Fails, one line for each finding, unless in light and in dark, at 1280 and at 400 pixels wide:
the console is silent, nothing but the file itself is requested, every figure has a size, a name
and a caption, text in figures is large enough to read, and the page does not scroll sideways.
--figures: those that must be there.  --pictures: screenshots of all four into DIR.
Exit status 77: no browser here.  Python's standard library only: the browser is spoken to through
a pipe (DevTools protocol, --remote-debugging-pipe).
"""
import argparse
import base64
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = ("--headless", "--disable-gpu", "--disable-quic", "--no-first-run",
           "--disable-background-networking", "--disable-component-update", "--disable-sync",
           "--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-pipe")
LIMIT_S = 120

# What the page says of itself.
SURVEY = """(() => ({
  width: document.documentElement.clientWidth,
  content: document.documentElement.scrollWidth,
  duplicates: [...document.querySelectorAll('[id]')].map(e => e.id)
    .filter((id, i, all) => all.indexOf(id) !== i),
  targets: [...document.querySelectorAll('a[href^="#"]')].map(a => a.getAttribute('href').slice(1))
    .filter(id => !document.getElementById(id)),
  scripts: document.querySelectorAll('script').length,
  figures: [...document.querySelectorAll('figure')].map(f => {
    const svg = f.querySelector('svg'), box = svg ? svg.getBoundingClientRect() : {};
    const named = svg && (svg.getAttribute('aria-labelledby') || '').split(' ')
      .every(id => document.getElementById(id) && document.getElementById(id).textContent.trim());
    const caption = f.querySelector('figcaption');
    const texts = svg ? [...svg.querySelectorAll('text')]
      .filter(t => t.textContent.trim()) : [];
    return {id: f.id, width: box.width || 0, height: box.height || 0, named: !!named,
      image: !!svg && svg.getAttribute('role') === 'img',
      caption: caption ? caption.textContent.trim() : '',
      smallest: Math.min(...texts.map(t => t.getBoundingClientRect().height)),
      outside: texts.filter(t => { const b = t.getBoundingClientRect(); return b.width &&
        (b.left < box.left - 1 || b.right > box.right + 1 || b.top < box.top - 1 ||
         b.bottom > box.bottom + 1); }).map(t => t.textContent),
      paint: getComputedStyle(svg || f).color};
  })}))()"""


class Browser:
    """One browser with one tab."""

    def __init__(self, program):
        self.home = tempfile.mkdtemp(prefix="cassette-browser-")
        to_read, self.to_browser = os.pipe()
        self.from_browser, to_write = os.pipe()
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        # The browser reads file descriptor 3 and writes 4.
        self.process = subprocess.Popen(
            ["sh", "-c", f'exec "$@" 3<&{to_read} 4>&{to_write}', "sh", program, *OPTIONS, *sandbox,
             f"--user-data-dir={self.home}", "about:blank"],
            pass_fds=(to_read, to_write), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": self.home})
        os.close(to_read)
        os.close(to_write)
        self.buffer, self.number, self.session, self.events = b"", 0, None, []
        self.end = time.monotonic() + LIMIT_S

    def close(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)

    def receive(self):
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.from_browser], [], [], self.end - time.monotonic())
            more = os.read(self.from_browser, 1 << 16) if ready else b""
            if not more:
                raise RuntimeError("the browser ended or does not answer")
            self.buffer += more
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to_browser, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def wait_for(self, method):
        while not any(event.get("method") == method for event in self.events):
            self.events.append(self.receive())

    def open_tab(self):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"]["text"])
        return result["result"]["value"]


def complaints_of_console(events, address):
    for event in events:
        method, values = event.get("method"), event.get("params", {})
        if method == "Network.requestWillBeSent":
            url = values["request"]["url"]
            if url != address and not url.startswith("data:"):
                yield f"requests {url}"
        elif method == "Log.entryAdded":
            yield f"log: {values['entry']['text']}"
        elif method == "Runtime.consoleAPICalled":
            yield f"console: {values['type']} {values['args']}"
        elif method == "Runtime.exceptionThrown":
            yield f"exception: {values['exceptionDetails']['text']}"


def complaints_of_page(page, wanted):
    if page["content"] > page["width"]:
        yield f"is {page['content']} pixels wide: it scrolls sideways"
    for key in ("duplicates", "targets"):
        if page[key]:
            yield f"{key} of identifiers: {page[key]}"
    if page["scripts"]:
        yield "has a script"
    present = [figure["id"] for figure in page["figures"]]
    for name in wanted:
        if name not in present:
            yield f"lacks the figure {name} (it has {present})"
    for figure in page["figures"]:
        if figure["width"] < 200 or figure["height"] < 40:
            yield f"{figure['id']} is {figure['width']:.0f} x {figure['height']:.0f} pixels"
        if not (figure["image"] and figure["named"]):
            yield f"{figure['id']} has no text alternative"
        if len(figure["caption"]) < 20:
            yield f"{figure['id']} has no caption"
        if figure["smallest"] is not None and figure["smallest"] < 8:
            yield f"{figure['id']} has text {figure['smallest']:.1f} pixels high"
        if figure["outside"]:
            yield f"{figure['id']} cuts off {figure['outside']}"


def take_pictures(browser, folder, name, width):
    """The page from top to bottom, in pieces that can be looked at."""
    folder.mkdir(parents=True, exist_ok=True)
    height = browser.evaluate("document.documentElement.scrollHeight")
    piece = 3 * width if width < 600 else width
    for number, top in enumerate(range(0, height, piece)):
        clip = {"x": 0, "y": top, "width": width, "height": min(piece, height - top), "scale": 1}
        picture = browser.call("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        path = folder / f"{name}-{number:02}.png"
        path.write_bytes(base64.b64decode(picture["data"]))


def look(browser, address, wanted, pictures):
    """All complaints; each view is loaded afresh."""
    found, paints = [], {}
    for scheme in ("light", "dark"):
        for width in (1280, 400):
            view = f"{scheme}, {width} pixels"
            browser.call("Emulation.setDeviceMetricsOverride", width=width, height=900,
                         deviceScaleFactor=1, mobile=width < 600)
            browser.call("Emulation.setEmulatedMedia",
                         features=[{"name": "prefers-color-scheme", "value": scheme}])
            browser.events.clear()
            browser.call("Page.navigate", url=address)
            browser.wait_for("Page.loadEventFired")
            page = browser.evaluate(SURVEY)
            found += [f"{view}: {c}" for c in complaints_of_console(browser.events, address)]
            found += [f"{view}: {c}" for c in complaints_of_page(page, wanted)]
            paints[scheme] = [figure["paint"] for figure in page["figures"]]
            if pictures:
                take_pictures(browser, pictures, f"{scheme}-{width}", width)
    if paints["light"] and paints["light"] == paints["dark"]:
        found.append("figures look the same in light and in dark")
    return found


def main():
    parser = argparse.ArgumentParser(description="Open a report in a headless browser.")
    parser.add_argument("page", type=Path)
    parser.add_argument("--figures", default="")
    parser.add_argument("--pictures", type=Path)
    arguments = parser.parse_args()
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not program:
        print(f"skipped: no browser ({', '.join(BROWSERS)})")
        return 77
    browser = Browser(program)
    try:
        browser.open_tab()
        found = look(browser, arguments.page.resolve().as_uri(),
                     [name for name in arguments.figures.split(",") if name], arguments.pictures)
    finally:
        browser.close()
    for line in found:
        print(f"{arguments.page}: {line}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
