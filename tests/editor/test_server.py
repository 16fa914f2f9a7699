"""The language server, as a real client meets it."""

from __future__ import annotations

import asyncio
import re
import shutil
from pathlib import Path

import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from tests.editor.conftest import MORE, Shop, Watching, told_of

pytestmark = pytest.mark.asyncio(loop_scope="module")
ROOT = Path(__file__).resolve().parents[2]


async def test_a_fault_on_the_screen_is_shown_across_files_and_mended(shop: Shop) -> None:
    assert await shop.faults("more") == []
    shop.write("more", "for alpha", "for alpa")
    (fault,) = await shop.faults("more")
    assert (fault.code, fault.message) == (
        "unknown_model",
        "unknown model `alpa`\nhelp: did you mean `alpha`?",
    )
    assert fault.range.start == shop.place("more", "alpa", 0)
    actions = await shop.client.text_document_code_action_async(
        lsp.CodeActionParams(shop.document("more"), fault.range, lsp.CodeActionContext([fault]))
    )
    assert actions is not None
    (action,) = actions
    assert isinstance(action, lsp.CodeAction)
    assert (action.title, action.is_preferred) == ("write `alpha`", True)
    assert action.edit is not None
    (edits,) = (action.edit.changes or {}).values()
    assert list(edits) == [lsp.TextEdit(fault.range, "alpha")]
    shop.write("more", "for alpa", "for alpha")
    assert await shop.faults("more") == []


async def test_places_are_counted_in_utf_16(shop: Shop) -> None:
    shop.write("more", '"Batch 😀 half" see page', '"Batch 😀 half" see pag')
    (fault,) = await shop.faults("more")
    start = MORE.split("\n")[0].index("page") + 1  # the smile is two units
    assert (fault.range.start.character, fault.range.end.character) == (start, start + 3)


async def test_a_name_is_explained_found_and_renamed_in_all_files(shop: Shop) -> None:
    place = shop.place("more", "batch is x", 2)
    hover = await shop.client.text_document_hover_async(
        lsp.HoverParams(shop.document("more"), place)
    )
    assert hover is not None
    assert isinstance(hover.contents, lsp.MarkupContent)
    assert "multiplier batch" in hover.contents.value
    found = await shop.client.text_document_definition_async(
        lsp.DefinitionParams(shop.document("more"), shop.place("more", "alpha"))
    )
    assert isinstance(found, lsp.Location)
    assert (found.uri, found.range.start) == (shop.uri("book"), shop.place("book", "alpha", 0))
    used = await shop.client.text_document_references_async(
        lsp.ReferenceParams(
            lsp.ReferenceContext(include_declaration=True),
            shop.document("more"),
            shop.place("more", "alpha"),
        )
    )
    assert used is not None
    assert len(used) == 5
    edit = await shop.client.text_document_rename_async(
        lsp.RenameParams(shop.document("more"), shop.place("more", "tier is", 1), "queue")
    )
    assert edit is not None
    assert edit.changes is not None
    assert {uri: len(edits) for uri, edits in edit.changes.items()} == {
        shop.uri("book"): 1,
        shop.uri("more"): 2,
    }


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("for", "is a word of the language"),
        ("two words", "is no name"),
        ("standard", "there is a value `standard` already"),
    ],
)
async def test_a_name_that_cannot_be_is_refused_with_the_reason(
    shop: Shop, name: str, why: str
) -> None:
    params = lsp.RenameParams(shop.document("more"), shop.place("more", "batch\n  x", 1), name)
    with pytest.raises(JsonRpcException, match=re.escape(why)):
        await shop.client.text_document_rename_async(params)


async def test_a_figure_tells_its_source_and_what_it_was(shop: Shop) -> None:
    hover = await shop.client.text_document_hover_async(
        lsp.HoverParams(shop.document("book"), shop.place("book", "$2 "))
    )
    assert hover is not None
    assert isinstance(hover.contents, lsp.MarkupContent)
    assert hover.contents.value.split("\n\n") == [
        "`input` of `alpha` from 2026-02-01: $2 per MTok",
        "source `page`: https://example.com/page, read 2026-01-01",
        "before: $3 per MTok from 2026-01-01, " + hover.contents.value.rpartition(", ")[2],
    ]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("multiplier half\n  x 0.5 on ", {"input", "output", "tokens"}),
        ("multiplier half\n  when tier is ", {"standard", "batch"}),
        ("multiplier half\n  x 0.5 on input ", {"for", "when", "from", "see", "because"}),
        ("multiplier half see ", {"page"}),
        ("ex", {"example", "exclude"}),
        ("rates per MTok\n  | model | from | output |\n  | ", {"alpha"}),
    ],
)
async def test_what_may_stand_at_a_place_is_proposed(
    shop: Shop, typed: str, expected: set[str]
) -> None:
    shop.write("more", MORE, MORE + typed)
    end = shop.place("more", shop.texts["more"][-1], 0)
    rows = shop.texts["more"].split("\n")
    end = lsp.Position(len(rows) - 1, len(rows[-1]))
    found = await shop.client.text_document_completion_async(
        lsp.CompletionParams(shop.document("more"), end)
    )
    assert isinstance(found, lsp.CompletionList)
    assert expected <= {item.label for item in found.items}


async def test_a_failing_example_tells_again_of_its_own_file_alone(shop: Shop) -> None:
    assert await shop.faults("more") == []
    shop.client.told.clear()
    shop.write("more", "costs $1", "costs $7")
    await told_of(shop.client, shop.uri("more"), ["example"])
    assert [shop.client.told.count(shop.uri(name)) for name in ("book", "more")] == [1, 2]


async def test_examples_and_claims_stand_beside_their_lines(shop: Shop) -> None:
    shop.write("more", "costs $1", "costs $7")
    shop.write("more", "input costs less than output", "output costs less than input")
    found: dict[int, str] = {}
    while "$7" not in found.get(5, ""):
        await asyncio.sleep(0.05)
        lenses = await shop.client.text_document_code_lens_async(
            lsp.CodeLensParams(shop.document("more"))
        )
        found = {lens.range.start.line: lens.command.title for lens in lenses or () if lens.command}
    assert found[3] == "proven"
    assert found[4].startswith("✗ broken by ")
    assert found[5] == "✗ costs $1, expected costs $7"


async def test_symbols_tokens_and_format(shop: Shop) -> None:
    symbols = await shop.client.text_document_document_symbol_async(
        lsp.DocumentSymbolParams(shop.document("more"))
    )
    assert symbols is not None
    assert [(one.name, getattr(one, "detail", None)) for one in symbols] == [
        ("batch", "multiplier"),
        ("half", "example"),
    ]
    tokens = await shop.client.text_document_semantic_tokens_full_async(
        lsp.SemanticTokensParams(shop.document("more"))
    )
    assert tokens is not None
    assert len(tokens.data) % 5 == 0
    assert len(tokens.data) // 5 == 14
    shop.write("more", "x 0.5 on tokens", "x   0.5 on tokens")
    edits = await shop.client.text_document_formatting_async(
        lsp.DocumentFormattingParams(
            shop.document("more"), lsp.FormattingOptions(tab_size=2, insert_spaces=True)
        )
    )
    assert edits is not None
    (edit,) = edits
    assert edit.new_text == MORE


async def test_a_text_that_cannot_be_read_is_not_formatted(shop: Shop) -> None:
    shop.write("more", "x 0.5 on tokens", "x   0.5 onto tokens")
    options = lsp.FormattingOptions(tab_size=2, insert_spaces=True)
    params = lsp.DocumentFormattingParams(shop.document("more"), options)
    assert await shop.client.text_document_formatting_async(params) is None


async def test_the_bundled_book_has_no_faults_in_any_of_its_files(
    client: Watching, tmp_path: Path
) -> None:
    folder = tmp_path / "anthropic"
    shutil.copytree(ROOT / "rules" / "anthropic", folder)
    path = folder / "modifiers.price"
    document = lsp.TextDocumentItem(path.as_uri(), "pricelang", 1, path.read_text("utf-8"))
    client.text_document_did_open(lsp.DidOpenTextDocumentParams(document))
    while path.as_uri() not in client.published:
        await client.wait_for_notification(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    base = folder.as_uri()
    told = client.published.items()
    assert not any(found.diagnostics for uri, found in told if uri.startswith(base))
    assert (folder / "rates.price").as_uri() in client.published


async def test_a_book_whose_files_could_not_be_read_is_read_again(shop: Shop) -> None:
    shop.write("book", "extra/more.price", "extra/moer.price")
    assert [one.code for one in await shop.faults("book")] == ["no_file"]
    shop.write("book", "extra/moer.price", "extra/more.price")
    assert await shop.faults("book") == []
