"""Documents that are opened, changed, closed, and written or deleted on the disk."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from lsprotocol import types as lsp
from pygls.workspace import Workspace

from pricelang.editor.price_server import PriceServer
from tests.editor.conftest import BOOK, MORE, Shop, Watching, opened, told_of

pytestmark = pytest.mark.asyncio(loop_scope="module")
LIST = BOOK.replace('include "extra/more.price"\n', "")
CONTRACT = 'book deal "A deal" extends "list.price" from 2026-01-01\nnote "n" for alpha\n'


def close(client: Watching, uri: str) -> None:
    which = lsp.TextDocumentIdentifier(uri)
    client.text_document_did_close(lsp.DidCloseTextDocumentParams(which))


def watched(client: Watching, path: Path, kind: lsp.FileChangeType) -> None:
    change = lsp.FileEvent(path.as_uri(), kind)
    client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([change]))


@pytest.mark.parametrize("uri", ["untitled:Untitled-1", "file:///no/such/folder/new.price"])
async def test_a_new_document_that_is_on_no_disk_is_checked(client: Watching, uri: str) -> None:
    opened(client, uri, LIST.replace("alpha | 2026-02", "alpa | 2026-02"))
    await told_of(client, uri, ["unknown_model"])
    place = lsp.Position(0, 1)
    which = lsp.TextDocumentIdentifier(uri)
    hover = await client.text_document_hover_async(lsp.HoverParams(which, place))
    assert hover is not None
    assert isinstance(hover.contents, lsp.MarkupContent)
    assert hover.contents.value.startswith("`book`: the name of the book")
    close(client, uri)
    await told_of(client, uri, [])


async def test_what_was_told_of_a_closed_book_is_taken_back(shop: Shop) -> None:
    shop.write("more", "for alpha", "for alpa")
    await told_of(shop.client, shop.uri("more"), ["unknown_model"])
    close(shop.client, shop.uri("more"))  # its text on the disk counts again
    await told_of(shop.client, shop.uri("more"), [])
    shop.texts["more"] = MORE
    shop.write("book", "$15 ", "$ ")
    await told_of(shop.client, shop.uri("book"), ["syntax"])
    close(shop.client, shop.uri("book"))
    await told_of(shop.client, shop.uri("book"), [])


async def test_a_file_that_changes_on_the_disk_is_read_again(shop: Shop) -> None:
    assert lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES in shop.client.watched
    path = shop.paths["more"]
    close(shop.client, shop.uri("more"))
    await told_of(shop.client, shop.uri("more"), [])
    path.write_text(MORE.replace("for alpha", "for nobody"), encoding="utf-8")
    watched(shop.client, path, lsp.FileChangeType.Changed)
    await told_of(shop.client, shop.uri("more"), ["unknown_model"])
    path.unlink()
    watched(shop.client, path, lsp.FileChangeType.Deleted)
    await told_of(shop.client, shop.uri("book"), ["no_file"])
    path.write_text(MORE, encoding="utf-8")
    watched(shop.client, path, lsp.FileChangeType.Created)
    await told_of(shop.client, shop.uri("book"), [])


async def test_a_book_that_extends_another_follows_it(client: Watching, tmp_path: Path) -> None:
    uris = {}
    for name, text in (("list.price", LIST), ("deal.price", CONTRACT)):
        (tmp_path / name).write_text(text, encoding="utf-8")
        uris[name] = (tmp_path / name).as_uri()
        opened(client, uris[name], text)
        await told_of(client, uris[name], [])
    renamed = LIST.replace("alpha", "beta")
    change = lsp.TextDocumentContentChangeWholeDocument(renamed)
    which = lsp.VersionedTextDocumentIdentifier(2, uris["list.price"])
    client.text_document_did_change(lsp.DidChangeTextDocumentParams(which, [change]))
    await told_of(client, uris["deal.price"], ["unknown_model"])
    assert client.published[uris["list.price"]].diagnostics == ()
    for uri in uris.values():
        close(client, uri)


async def test_a_book_whose_files_cannot_all_be_read_still_answers(shop: Shop) -> None:
    shop.write("book", "extra/more.price", "extra/mor.price")
    await told_of(shop.client, shop.uri("book"), ["no_file"])
    found = await shop.client.text_document_document_symbol_async(
        lsp.DocumentSymbolParams(shop.document("book"))
    )
    assert found is not None
    assert "shop" in [one.name for one in found]
    (fault,) = shop.client.published[shop.uri("book")].diagnostics
    actions = await shop.client.text_document_code_action_async(
        lsp.CodeActionParams(shop.document("book"), fault.range, lsp.CodeActionContext([fault]))
    )
    assert [action.title for action in actions or ()] == ["write `extra/more.price`"]


async def test_what_fails_is_shown_where_an_editor_has_no_lenses(shop: Shop) -> None:
    shop.write("more", "costs $1", "costs $7")
    await told_of(shop.client, shop.uri("more"), ["example"])
    (fault,) = shop.client.published[shop.uri("more")].diagnostics
    assert fault.message == "costs $1, expected costs $7"
    assert fault.range.start == shop.place("more", "example", 0)


async def test_of_many_fast_letters_the_last_counts(shop: Shop) -> None:
    for length in range(51):
        text = MORE + 'note "' + "x" * length
        shop.versions["more"] += 1
        change = lsp.TextDocumentContentChangeWholeDocument(text)
        which = lsp.VersionedTextDocumentIdentifier(shop.versions["more"], shop.uri("more"))
        shop.client.text_document_did_change(lsp.DidChangeTextDocumentParams(which, [change]))
    shop.texts["more"] = text
    (fault,) = await shop.faults("more")
    assert (fault.code, fault.range.start) == ("syntax", shop.place("more", '"xxxxx', 0))


class Silent(PriceServer):
    """A server that tells nobody; `uris` are what it would have spoken of."""

    def __init__(self) -> None:
        super().__init__()
        self.protocol._workspace = Workspace(None)
        self.protocol.client_capabilities = lsp.ClientCapabilities()
        self.uris: list[str] = []

    def text_document_publish_diagnostics(self, params: lsp.PublishDiagnosticsParams) -> None:
        self.uris.append(params.uri)


async def test_nothing_is_kept_of_books_that_are_closed(tmp_path: Path) -> None:
    server = Silent()
    for number in range(3):
        path = tmp_path / f"{number}.price"
        path.write_text(LIST, encoding="utf-8")
        server.workspace.put_text_document(lsp.TextDocumentItem(path.as_uri(), "p", 1, LIST))
        server.changed(path.as_uri())
    while server.waiting:
        await asyncio.sleep(0.05)
    assert len(server.books) == len(server.lenses) == len(server.published) == 3
    for number in range(3):
        uri = (tmp_path / f"{number}.price").as_uri()
        server.changed(uri)
        server.workspace.remove_text_document(uri)
        server.closed(uri)
        await asyncio.sleep(0.2)
    assert not any((server.books, server.lenses, server.published, server.waiting))
