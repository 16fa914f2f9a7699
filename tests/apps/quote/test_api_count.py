"""`--count api` through the official SDK,
against a server on this machine that speaks the endpoint.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from pricelang.apps.quote import QuoteError
from pricelang.model.notes import Note
from tests.cli.helpers import run

from .bodies import ANSWERS, BOOK, DAY, SAMPLES, SONNET, quoted, sample

KEY = "sk-ant-secret-of-the-test"


class Endpoint(ThreadingHTTPServer):
    """Answers each request with the next of `answers` (a status and a body),
    and keeps what it was asked.
    """

    answers: list[tuple[int, dict[str, Any]]]
    asked: list[tuple[str, bool, dict[str, Any]]]


class Handler(BaseHTTPRequestHandler):
    server: Endpoint

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.asked.append(
            (self.path, any(KEY in value for value in self.headers.values()), sent)
        )
        status, answer = (
            self.server.answers.pop(0) if len(self.server.answers) > 1 else self.server.answers[0]
        )
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("retry-after-ms", "1")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    pytest.importorskip("anthropic")
    server = Endpoint(("127.0.0.1", 0), Handler)
    server.asked = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("ANTHROPIC_BASE_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    monkeypatch.delenv("ANTHROPIC_AUTH_TOKEN", raising=False)
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("name", ANSWERS)
def test_the_examples_of_the_page(endpoint: Endpoint, name: str) -> None:
    endpoint.answers = [(200, {"input_tokens": ANSWERS[name]})]
    found = quoted(sample(name), count="api", output=100)
    assert found.counted == "api"
    assert (
        found.low
        == found.high
        == BOOK.price(model=SONNET, at=DAY, usage={"input": ANSWERS[name], "output": 100}).total
    )
    ((path, has_key, sent),) = endpoint.asked
    assert path.partition("?")[0] == "/v1/messages/count_tokens"
    assert has_key
    assert sent == {key: value for key, value in sample(name).items() if key != "max_tokens"}


def test_what_is_overloaded_is_asked_again_and_said(endpoint: Endpoint) -> None:
    endpoint.answers = [
        (529, {"type": "error", "error": {"message": "Overloaded"}}),
        (429, {}),
        (200, {"input_tokens": 14}),
    ]
    found = quoted(sample("text"), count="api")
    assert found.prompt.known
    assert Note("remark", "the API was asked 3 times before it answered") in found.notes


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "see whether ANTHROPIC_API_KEY"),
        (429, "too many counts a minute"),
        (500, "try again later"),
        (400, ""),
    ],
)
def test_what_fails_is_reported_without_the_key(
    endpoint: Endpoint, status: int, words: str
) -> None:
    endpoint.answers = [
        (status, {"type": "error", "error": {"type": "x", "message": "no\x1b[31m"}})
    ]
    done = run("quote", str(SAMPLES / "text.json"), "--at", DAY, "--count", "api")
    assert done.exit_code == 1
    assert f"error[count_failed]: the API answered {status}: no\\x1b[31m" in done.stderr
    assert words in done.stderr
    assert KEY not in done.output
    assert len(endpoint.asked) == (3 if status in (429, 500) else 1)


def test_no_key_and_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("anthropic")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    with pytest.raises(QuoteError, match="the API cannot be reached"):
        quoted(sample("text"), count="api")
