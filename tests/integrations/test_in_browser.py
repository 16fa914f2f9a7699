"""The evaluator in JavaScript in a real browser: it loads a book, checks it and prices.

Without a chromium the test is skipped, loudly; with `PRICELANG_BROWSER=required` it fails then.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import warnings
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import pricelang
from pricelang.apps.compiled_book import compiled_text

SOURCE = Path(__file__).resolve().parents[2] / "integrations" / "js" / "src"
PAGE = """<!doctype html><title>waiting</title><script type="module">
import { load, verify } from "./src/index.js";
const text = await (await fetch("book.json")).text();
await verify(text);
const usage = { input: 50_000, output: 2_000 };
const asked = { model: "claude-opus-4-6", at: "2026-04-17", usage, dimensions: { speed: "fast" } };
document.title = `costs ${load(text).total(asked)}`;
</script>
"""


class Silent(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def dumped(address: str, folder: Path) -> str:
    """A page as a browser has it once its scripts have run."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        reason = "no chromium here: nobody looked at the page in a browser"
        if os.environ.get("PRICELANG_BROWSER") == "required":
            pytest.fail(reason)
        warnings.warn(reason, stacklevel=1)
        pytest.skip(reason)
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=10000"]
    flags += [f"--user-data-dir={folder / 'profile'}", "--dump-dom"]
    ended = subprocess.run(
        [program, *flags, address], capture_output=True, text=True, timeout=120, check=False
    )
    assert ended.stdout, ended.stderr[-2000:]
    return ended.stdout


def test_it_prices_in_a_browser(tmp_path: Path) -> None:
    (tmp_path / "src").symlink_to(SOURCE)
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "book.json").write_text(compiled_text(pricelang.load()), encoding="utf-8")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(tmp_path))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = dumped(f"http://127.0.0.1:{server.server_port}/page.html", tmp_path)
        server.shutdown()
    assert "<title>costs 1.8</title>" in page, page
