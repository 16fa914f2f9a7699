"""The report in a real browser: no error and no request,
at desktop and phone width, light and dark.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import pricelang
from pricelang.apps.audit_report.html import render_report
from pricelang.apps.audit_report.report import texts_of

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-dev-shm-usage",
    "--remote-debugging-pipe",
)


class Browser:
    """A headless browser at the other end of a pipe that speaks the DevTools protocol:
    one page, and its reports.
    """

    def __init__(self, program: str, folder: str) -> None:
        commands, self._send = os.pipe()
        self._receive, answers = os.pipe()
        given = [program, *QUIET, f"--user-data-dir={folder}", "about:blank"]
        line = f'exec "$@" 3<&{commands} 4>&{answers}'
        self.process = subprocess.Popen(
            ["bash", "-c", line, "browser", *given],
            pass_fds=(commands, answers),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(commands)
        os.close(answers)
        self._buffer, self._number, self.session = b"", 0, ""
        self.events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)[
            "sessionId"
        ]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **given: object) -> dict[str, Any]:
        """A command and its answer; what happens meanwhile is kept in `events`."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": given} | (
            {"sessionId": self.session} if self.session else {}
        )
        os.write(self._send, json.dumps(message).encode() + b"\0")
        while (answer := self._next()).get("id") != self._number:
            self.events.append(answer)
        assert "error" not in answer, answer
        return dict(answer["result"])

    def open(self, path: Path, fragment: str = "") -> None:
        """Loads a file, and waits until it has loaded."""
        self.events.clear()
        self.call("Page.navigate", url=path.as_uri() + fragment)
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._next())

    def ask(self, expression: str) -> Any:
        """The value of an expression in the page."""
        return self.call("Runtime.evaluate", expression=expression, returnByValue=True)[
            "result"
        ].get("value")

    def show(self, width: int, dark: bool) -> None:
        """The size of the window, and the scheme that its user prefers."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=800,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        scheme = "dark" if dark else "light"
        self.call(
            "Emulation.setEmulatedMedia",
            features=[{"name": "prefers-color-scheme", "value": scheme}],
        )

    def faults(self) -> list[str]:
        """What the page complained about, and every request but that for the page itself."""
        found = []
        for event in self.events:
            given = event.get("params", {})
            if event.get("method") in (
                "Runtime.exceptionThrown",
                "Runtime.consoleAPICalled",
                "Log.entryAdded",
            ):
                found.append(json.dumps(given))
            elif event.get("method") == "Network.requestWillBeSent" and given["type"] != "Document":
                if not given["request"]["url"].startswith("data:"):
                    found.append(given["request"]["url"])
        return found

    def close(self) -> None:
        """Ends the browser."""
        os.close(self._send)
        os.close(self._receive)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            part = os.read(self._receive, 1 << 16)
            if not part:
                raise EOFError("the browser has gone")
            self._buffer += part
        text, _, self._buffer = self._buffer.partition(b"\0")
        return dict(json.loads(text))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if program is None or shutil.which("bash") is None:
        reason = "no chromium here: nobody looked at the report in a browser"
        if os.environ.get("PRICELANG_BROWSER") == "required":
            pytest.fail(reason)
        warnings.warn(reason, stacklevel=1)
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(
        prefix="pricelang-browser-", ignore_cleanup_errors=True
    ) as folder:
        running = Browser(program, folder)
        yield running
        running.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "out.html"
    html = render_report(
        pricelang.load().checked, "2026-11-22", "2026-04-17", texts_of("anthropic")
    )
    path.write_text(html, encoding="utf-8")
    return path


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 375])
def test_the_report_loads_without_an_error_and_without_a_request(
    browser: Browser, report: Path, width: int, dark: bool
) -> None:
    browser.show(width, dark)
    browser.open(report)
    assert browser.ask("document.querySelectorAll('table').length") > 10
    assert browser.faults() == []
    # the style is applied, and is that of the scheme
    ink = browser.ask("getComputedStyle(document.body).color")
    assert ink == ("rgb(230, 232, 235)" if dark else "rgb(28, 30, 33)")
    # what is too wide scrolls in its own box, never the page
    assert (
        browser.ask("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        == 0
    )
    assert browser.ask("innerWidth") == width
    assert browser.ask(
        "[...document.querySelectorAll('svg')].every(x => x.getBoundingClientRect().height > 100)"
    )


def test_the_name_of_a_model_stays_in_sight_while_its_prices_scroll(
    browser: Browser, report: Path
) -> None:
    browser.show(375, False)
    browser.open(report)
    browser.ask("document.querySelector('.scroll').scrollLeft = 150")
    first = "document.querySelector('.scroll tbody th').getBoundingClientRect()"
    assert browser.ask("document.querySelector('.scroll').scrollLeft") == 150
    assert 0 <= browser.ask(f"{first}.left") < 30
    on_top = (
        f"document.elementFromPoint({first}.left + 15, {first}.top + 15).closest('th, td').tagName"
    )
    assert browser.ask(f"document.querySelector('.scroll').scrollIntoView(); {on_top}") == "TH"


def test_on_a_phone_names_are_whole_and_wide_tables_show_that_they_go_on(
    browser: Browser, report: Path
) -> None:
    browser.show(390, False)
    browser.open(report)
    broken = browser.ask(
        "[...document.querySelectorAll('tbody th.short a, tbody th.short span:not(.tag)')]"
        ".filter(x => x.getClientRects().length > 1).map(x => x.textContent)"
    )
    assert broken == []
    names = "[...document.querySelectorAll('.name')].filter(x => x.offsetParent)"
    assert browser.ask(f"{names}.length") > 100
    cut = f"{names}.filter(x => x.getClientRects().length > 1).map(x => x.textContent)"
    assert browser.ask(cut) == []
    # the first column leaves room for the figures that scroll beside it
    heads = "[...document.querySelectorAll('.scroll > table > tbody th')]"
    widths = f"{heads}.map(x => x.getBoundingClientRect().width)"
    assert browser.ask(f"Math.max(...{widths})") < 0.7 * 390
    assert browser.ask(f"{heads}.every(x => getComputedStyle(x).position === 'sticky')")
    wide = "[...document.querySelectorAll('.scroll')].filter(x => x.scrollWidth > x.clientWidth)"
    assert browser.ask(f"{wide}.length") > 3
    shades = f"{wide}.every(x => getComputedStyle(x).backgroundAttachment.includes('local'))"
    assert browser.ask(shades)


@pytest.mark.parametrize(
    "source", ["anthropic", str(Path(__file__).parents[2] / "specimens" / "extras.price")]
)
def test_no_label_of_a_chart_leaves_its_frame_or_lies_on_another(
    browser: Browser, tmp_path: Path, source: str
) -> None:
    path = tmp_path / "charts.html"
    path.write_text(
        render_report(pricelang.load(source).audit, "2026-11-22", "2026-04-17"), encoding="utf-8"
    )
    browser.show(1280, False)
    browser.open(path)
    boxes = browser.ask(
        "[...document.querySelectorAll('svg')].map(svg => [...svg.querySelectorAll('text')].map(text => {"
        "const box = text.getBBox();"
        "return [box.x, box.y, box.x + box.width, box.y + box.height, svg.viewBox.baseVal.width]}))"
    )
    assert boxes
    for chart in boxes:
        assert len(chart) >= 4
        assert all(left >= 0 and right <= width for left, _, right, _, width in chart)
        for (left, top, right, bottom, _), (x, y, far, low, _) in itertools.combinations(chart, 2):
            assert right <= x or far <= left or bottom <= y + 3 or low <= top + 3


def test_a_number_leads_to_its_rule(browser: Browser, report: Path) -> None:
    browser.show(1280, False)
    browser.open(report)
    browser.ask(
        "[...document.querySelectorAll('table a.rule')].find(x => x.textContent === '$6.25').click()"
    )
    anchor = browser.ask("decodeURIComponent(location.hash.slice(1))")
    assert anchor.startswith("anthropic/rates.price:")
    assert "$6.25" in browser.ask("document.querySelector(':target').textContent")
    top = browser.ask("document.querySelector(':target').getBoundingClientRect().top")
    assert 0 <= top < 800


def test_the_browser_would_notice(browser: Browser, tmp_path: Path) -> None:
    """An error on the console and a request for another file are faults,
    or the tests above prove nothing.
    """
    path = tmp_path / "bad.html"
    path.write_text(
        "<!doctype html><img src=gone.png><script>console.error('x')</script>", encoding="utf-8"
    )
    browser.open(path)
    faults = " ".join(browser.faults())
    assert "gone.png" in faults
    assert '"error"' in faults
