"""A server of the Language Server Protocol for books, on `pygls`."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams

from pricelang.editor.completion import Proposal, proposals, word_start
from pricelang.editor.fields import Kind
from pricelang.editor.fixes import fixes_of
from pricelang.editor.hover import about_figure, about_name
from pricelang.editor.marks import LEGEND, marks_of
from pricelang.editor.meanings import about_word, about_word_at
from pricelang.editor.names import Key
from pricelang.editor.open_books import OpenBook
from pricelang.editor.outline import outline
from pricelang.editor.price_server import PriceServer
from pricelang.editor.ranges import Ranges
from pricelang.syntax.diagnostics import BookError, Span
from pricelang.syntax.formatting import FormatError, format_text

KINDS: dict[Kind | None, lsp.CompletionItemKind] = {
    None: lsp.CompletionItemKind.Keyword,
    "model": lsp.CompletionItemKind.Class,
    "alias": lsp.CompletionItemKind.Class,
    "meter": lsp.CompletionItemKind.Property,
    "dimension": lsp.CompletionItemKind.Enum,
    "value": lsp.CompletionItemKind.EnumMember,
    "modifier": lsp.CompletionItemKind.Function,
    "source": lsp.CompletionItemKind.Reference,
    "unit": lsp.CompletionItemKind.Unit,
}


server = PriceServer()


@server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
def did_open(ls: PriceServer, params: lsp.DidOpenTextDocumentParams) -> None:
    """A document was opened."""
    ls.changed(params.text_document.uri)


@server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
def did_change(ls: PriceServer, params: lsp.DidChangeTextDocumentParams) -> None:
    """A document was changed."""
    ls.changed(params.text_document.uri)


@server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
def did_save(ls: PriceServer, params: lsp.DidSaveTextDocumentParams) -> None:
    """A document was saved."""
    ls.changed(params.text_document.uri)


@server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
def did_close(ls: PriceServer, params: lsp.DidCloseTextDocumentParams) -> None:
    """A document was closed: what it was on the screen counts no more."""
    ls.closed(params.text_document.uri)


@server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
def did_change_watched_files(ls: PriceServer, params: lsp.DidChangeWatchedFilesParams) -> None:
    """Files were changed, made or deleted on the disk."""
    ls.files_changed()


@server.feature(lsp.INITIALIZED)
def initialized(ls: PriceServer, params: lsp.InitializedParams) -> None:
    """Asks an editor that can to tell of files that change on the disk."""
    workspace = ls.client_capabilities.workspace
    watched = workspace.did_change_watched_files if workspace is not None else None
    if watched is not None and watched.dynamic_registration:
        options = lsp.DidChangeWatchedFilesRegistrationOptions(
            [lsp.FileSystemWatcher("**/*.price")]
        )
        which = lsp.Registration("files", lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
        ls.client_register_capability(lsp.RegistrationParams([which]))


@server.feature(lsp.TEXT_DOCUMENT_HOVER)
def hover(ls: PriceServer, params: lsp.HoverParams) -> lsp.Hover | None:
    """What stands at a place."""
    uri = params.text_document.uri
    found = ls.name_at(uri, params.position)
    if found is not None:
        opened, one, key = found
        if key is None:
            return None
        text = about_name(opened, key)
        return lsp.Hover(_markdown(text), ls.ranges(opened).of(one.span))
    opened, file, ranges = ls.document(uri)
    if file is None:
        return None
    line, column = ranges.place(file, params.position)
    about = about_figure(opened, file, line, column)
    about = about or about_word_at(ranges.rows(file)[line - 1], column)
    return lsp.Hover(_markdown(about)) if about is not None else None


def _markdown(text: str) -> lsp.MarkupContent:
    return lsp.MarkupContent(lsp.MarkupKind.Markdown, text)


@server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
def definition(ls: PriceServer, params: lsp.DefinitionParams) -> lsp.Location | None:
    """Where a name is declared."""
    found = ls.name_at(params.text_document.uri, params.position)
    if found is None or found[2] is None:
        return None
    declared = found[0].names.declaration(found[2])
    return ls.location(found[0], declared.span) if declared is not None else None


@server.feature(lsp.TEXT_DOCUMENT_REFERENCES)
def references(ls: PriceServer, params: lsp.ReferenceParams) -> list[lsp.Location]:
    """Where a name is used."""
    found = ls.name_at(params.text_document.uri, params.position)
    if found is None:
        return []
    opened, _, key = found
    return [
        ls.location(opened, one.span)
        for one in (opened.names.uses.get(key, ()) if key is not None else ())
        if params.context.include_declaration or not one.declares
    ]


@server.feature(lsp.TEXT_DOCUMENT_PREPARE_RENAME)
def prepare_rename(ls: PriceServer, params: lsp.PrepareRenameParams) -> lsp.Range | None:
    """Says whether the name at a place can be changed: a book's own can."""
    found = ls.name_at(params.text_document.uri, params.position)
    if found is None or not _is_own(found[0], found[2]):
        return None
    return ls.ranges(found[0]).of(found[1].span)


@server.feature(lsp.TEXT_DOCUMENT_RENAME)
def rename(ls: PriceServer, params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
    """A new name for a name, in all files of the book. Raises `JsonRpcInvalidParams` for one that
    cannot be.
    """
    found = ls.name_at(params.text_document.uri, params.position)
    if found is None:
        return None
    opened, _, key = found
    if key is None or not _is_own(opened, key):
        return None
    why = opened.names.why_not(key, params.new_name)
    if why is not None:
        raise JsonRpcInvalidParams(why)
    edits: dict[str, list[lsp.TextEdit]] = {}
    for one in opened.names.uses.get(key, ()):
        place = ls.location(opened, one.span)
        edits.setdefault(place.uri, []).append(lsp.TextEdit(place.range, params.new_name))
    return lsp.WorkspaceEdit(changes=edits)


def _is_own(opened: OpenBook, key: Key | None) -> bool:
    """Decides whether a name is declared in a book's own files, and not in one below it."""
    declared = opened.names.declaration(key) if key is not None else None
    return declared is not None and declared.span.file in opened.own_paths


@server.feature(lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=[" "]))
def completion(ls: PriceServer, params: lsp.CompletionParams) -> lsp.CompletionList:
    """What may stand at a place."""
    uri = params.text_document.uri
    text = ls.workspace.get_text_document(uri).source.replace("\r\n", "\n")
    ranges = Ranges(ls.workspace.position_codec, {"": text})
    line, column = ranges.place("", params.position)
    start = word_start(ranges.rows("")[line - 1], column)
    where = ranges.of(Span("", line, start, line, column))
    found = proposals(ls.book_of(uri).names, text, line, column)
    snippets = ls.takes_snippets()
    return lsp.CompletionList(False, [_item(one, where, snippets) for one in found])


def _item(one: Proposal, where: lsp.Range, snippets: bool) -> lsp.CompletionItem:
    about = about_word(one.text) if one.kind is None else None
    snippet = one.snippet if snippets else ""
    plain, filled = lsp.InsertTextFormat.PlainText, lsp.InsertTextFormat.Snippet
    return lsp.CompletionItem(
        one.text,
        kind=KINDS.get(one.kind, lsp.CompletionItemKind.Variable),
        label_details=lsp.CompletionItemLabelDetails(description=one.about or one.kind),
        documentation=_markdown(about) if about is not None else None,
        sort_text=f"{one.order:03d}{one.text}",
        insert_text_format=filled if snippet else plain,
        text_edit=lsp.TextEdit(where, snippet or one.text),
    )


@server.feature(lsp.TEXT_DOCUMENT_FORMATTING)
def formatting(ls: PriceServer, params: lsp.DocumentFormattingParams) -> list[lsp.TextEdit] | None:
    """The whole text as the formatter writes it; nothing where it has faults."""
    document = ls.workspace.get_text_document(params.text_document.uri)
    text = document.source.replace("\r\n", "\n")
    try:
        new = format_text(Path(document.path).name, text)
    except (BookError, FormatError):
        return None
    end = lsp.Position(len(document.lines), 0)
    return [lsp.TextEdit(lsp.Range(lsp.Position(0, 0), end), new)] if new != text else []


@server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION)
def code_action(ls: PriceServer, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
    """What mends the faults of a stretch of a document."""
    uri = params.text_document.uri
    opened, file, ranges = ls.document(uri)
    found = []
    for fault in opened.faults:
        place = ranges.of(fault.span)
        if fault.span.file != file or not _meet(place, params.range):
            continue
        for fix in fixes_of(fault, dict(opened.texts)):
            edits = [lsp.TextEdit(ranges.of(edit.span), edit.text) for edit in fix.edits]
            found.append(
                lsp.CodeAction(
                    fix.title,
                    kind=lsp.CodeActionKind.QuickFix,
                    is_preferred=fix.certain,
                    edit=lsp.WorkspaceEdit(changes={uri: edits}),
                )
            )
    return found


def _meet(left: lsp.Range, right: lsp.Range) -> bool:
    return left.start <= right.end and right.start <= left.end


@server.feature(lsp.TEXT_DOCUMENT_CODE_LENS)
def code_lens(ls: PriceServer, params: lsp.CodeLensParams) -> list[lsp.CodeLens]:
    """The amounts of examples, the verdicts of claims, and what changed since the last commit."""
    opened, file, ranges = ls.document(params.text_document.uri)
    return [
        lsp.CodeLens(
            ranges.of(Span(lens.file, lens.line, 1, lens.line, 1)),
            lsp.Command(f"{'✗ ' if lens.wrong else ''}{lens.text}", ""),
        )
        for lens in ls.lenses_of(opened)
        if lens.file == file
    ]


@server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
def document_symbol(ls: PriceServer, params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
    """The statements of a document that name something."""
    opened, file, ranges = ls.document(params.text_document.uri)
    return [
        lsp.DocumentSymbol(one.name, one.kind, ranges.of(one.whole), ranges.of(one.span), one.word)
        for one in outline(opened.statements)
        if one.span.file == file
    ]


@server.feature(lsp.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, LEGEND)
def semantic_tokens(ls: PriceServer, params: lsp.SemanticTokensParams) -> lsp.SemanticTokens:
    """What each name of a document is."""
    opened, file, ranges = ls.document(params.text_document.uri)
    return lsp.SemanticTokens(marks_of(opened, file or "", ranges))
