"""`pricelang playground`: what it says where its page cannot be made, and how it serves files."""

from __future__ import annotations

import threading
import urllib.request
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from pricelang.cli.group import main
from pricelang.cli.playground import Handler


def test_without_npm_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("PRICELANG_CACHE", str(tmp_path / "cache"))
    done = CliRunner().invoke(main, ["playground", "--write", str(tmp_path / "site")])
    assert done.exit_code == 2
    assert "error[no_npm]: the playground is made with npm, once" in done.output
    assert "help: install Node" in done.output
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.mjs", "text/javascript"), ("a.js", "text/javascript"), ("a.wasm", "application/wasm")],
)
def test_files_are_served_as_what_they_are(tmp_path: Path, name: str, kind: str) -> None:
    (tmp_path / name).write_bytes(b"")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(tmp_path))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/{name}") as answer:
            assert answer.headers["content-type"] == kind
        server.shutdown()
