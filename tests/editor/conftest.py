"""A client of the language server, and a book that it has open."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import types as lsp
from pygls.protocol import default_converter
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, register_lsp_features

BOOK = """book shop "A shop's prices" in USD
source page "https://example.com/page" read 2026-01-01
unit MTok is 1,000,000 tokens
dimension tier default standard
  standard, batch
meter input, output in tokens
models
  | model | released   |
  | alpha | 2026-01-01 |
rates per MTok see page
  | model | from       | input | output |
  | alpha | 2026-01-01 | $3    | $15    |
  | alpha | 2026-02-01 | $2    | $10    |
include "extra/more.price"
"""
MORE = """multiplier batch "Batch 😀 half" see page
  when tier is batch
  x 0.5 on tokens  for alpha
claim batch is x 0.5 on tokens
claim input costs less than output
example "half"
  given alpha at 2026-03-01, tier batch
  uses 1,000,000 input
  costs $1
"""


class Watching(LanguageClient):
    """A client that knows of which version of a text the faults are."""

    def __init__(self) -> None:
        super().__init__(converter_factory=default_converter)
        self.published: dict[str, lsp.PublishDiagnosticsParams] = {}
        self.told: list[str] = []
        self.watched: list[str] = []


def watching_client() -> Watching:
    client = Watching()

    def published(_: LanguageClient, params: lsp.PublishDiagnosticsParams) -> None:
        client.published[params.uri] = params
        client.told.append(params.uri)

    features = {**DEFAULT_CLIENT_FEATURES, lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS: published}
    register_lsp_features(client, features)
    return client


@pytest_lsp.fixture(
    scope="module",
    config=ClientServerConfig(
        server_command=[sys.executable, "-m", "pricelang", "lsp"], client_factory=watching_client
    ),
)
async def client(lsp_client: Watching) -> AsyncIterator[None]:
    @lsp_client.feature(lsp.WORKSPACE_CODE_LENS_REFRESH)
    def refresh(_: LanguageClient, __: object) -> None:
        """The editor asks for lenses when it draws them."""

    @lsp_client.feature(lsp.CLIENT_REGISTER_CAPABILITY)
    def register(_: LanguageClient, params: lsp.RegistrationParams) -> None:
        lsp_client.watched += [one.method for one in params.registrations]

    params = lsp.InitializeParams(capabilities=client_capabilities("visual-studio-code"))
    await lsp_client.initialize_session(params)
    yield
    await lsp_client.shutdown_session()


class Shop:
    """A book of two files that a client has open."""

    def __init__(self, client: Watching, folder: Path) -> None:
        self.client, self.versions = client, {"book": 1, "more": 1}
        (folder / "extra").mkdir()
        self.paths = {"book": folder / "book.price", "more": folder / "extra" / "more.price"}
        self.texts = {"book": BOOK, "more": MORE}
        for name, path in self.paths.items():
            path.write_text(self.texts[name], encoding="utf-8")
            document = lsp.TextDocumentItem(path.as_uri(), "pricelang", 1, self.texts[name])
            client.text_document_did_open(lsp.DidOpenTextDocumentParams(document))

    def uri(self, name: str) -> str:
        return self.paths[name].as_uri()

    def document(self, name: str) -> lsp.TextDocumentIdentifier:
        return lsp.TextDocumentIdentifier(self.uri(name))

    def write(self, name: str, old: str, new: str) -> None:
        """Changes a text on the screen, and not on the disk."""
        assert old in self.texts[name]
        self.texts[name] = self.texts[name].replace(old, new)
        self.versions[name] += 1
        for each in self.paths:
            self.client.published.pop(self.uri(each), None)
        change = lsp.TextDocumentContentChangeWholeDocument(self.texts[name])
        which = lsp.VersionedTextDocumentIdentifier(self.versions[name], self.uri(name))
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(which, [change]))

    def place(self, name: str, words: str, inside: int = 1) -> lsp.Position:
        """The place in the first occurrence of some words, in UTF-16."""
        before = self.texts[name][: self.texts[name].index(words) + inside]
        row = before.rpartition("\n")[2]
        return lsp.Position(before.count("\n"), len(row.encode("utf-16-le")) // 2)

    async def faults(self, name: str) -> list[lsp.Diagnostic]:
        """What the server says is wrong with a file of the book's newest texts."""
        while True:
            found = {each: self.client.published.get(self.uri(each)) for each in self.paths}
            if self.versions == {each: one and one.version for each, one in found.items()}:
                return list(self.client.published[self.uri(name)].diagnostics)
            await self.client.wait_for_notification(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)


def opened(client: Watching, uri: str, text: str) -> None:
    """Opens a document."""
    document = lsp.TextDocumentItem(uri, "pricelang", 1, text)
    client.text_document_did_open(lsp.DidOpenTextDocumentParams(document))


async def told_of(client: Watching, uri: str, codes: list[str]) -> None:
    """Waits until the faults of a document have some codes."""
    while uri not in client.published or codes != [
        one.code for one in client.published[uri].diagnostics
    ]:
        await client.wait_for_notification(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)


@pytest.fixture
def shop(client: Watching, tmp_path: Path) -> Shop:
    return Shop(client, tmp_path)
