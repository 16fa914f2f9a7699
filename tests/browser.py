"""A headless browser for tests that look at a page: what it shows, complains about and fetches."""

from __future__ import annotations

import contextlib
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

    def open(self, page: Path | str, fragment: str = "") -> None:
        """Loads a file or an address, and waits until it has loaded."""
        self.events.clear()
        address = page if isinstance(page, str) else page.as_uri()
        self.call("Page.navigate", url=address + fragment)
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


@contextlib.contextmanager
def running_browser(what: str) -> Iterator[Browser]:
    """A browser that runs. Without a chromium the test is skipped, loudly: nobody looked at `what`;
    with `PRICELANG_BROWSER=required` it fails.
    """
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if program is None or shutil.which("bash") is None:
        reason = f"no chromium here: nobody looked at {what} in a browser"
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
