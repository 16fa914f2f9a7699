"""The trees of the files of a book as layers: its own and those of the books that it extends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pricelang.check.book_files import Layer
from pricelang.check.draft import WORDS, Draft
from pricelang.check.draft_faults import LayerTree
from pricelang.check.entries import bundled_books
from pricelang.files.bundled import rules_folder
from pricelang.syntax import tree as t
from pricelang.syntax.diagnostics import NOWHERE, Fault, Span
from pricelang.syntax.parser import parse_file

ONE_HEADER = "a book is a file of its own, and `extends` puts it over another"


def layer_tree(layer: Layer) -> tuple[LayerTree | None, list[Fault]]:
    """The statements of the files of a layer under its one header, and what is wrong with them."""
    faults: list[Fault] = []
    statements: list[t.Statement] = []
    lost: set[str] = set()
    unread: set[str] = set()
    for number, file in enumerate(layer.files):
        tree, found = parse_file(file.name, file.text)
        faults += found
        own = next((x for x in tree.statements if isinstance(x, t.BookHeader)), None)
        if number and own is not None:
            message = "an included file has no header of its own"
            faults.append(Fault("twice", message, own.span, "`extends` puts a book over another"))
            continue
        statements += tree.statements
        lost |= tree.lost
        unread |= tree.unread
    headers = [statement for statement in statements if isinstance(statement, t.BookHeader)]
    if not headers:
        missing = list(_no_header(layer, faults))
        is_book = bool(statements) or not missing  # or it is another text, and one fault says so
        return None, [*faults, *missing] if is_book else missing
    for header in headers[1:]:
        first = ((headers[0].span, "the first"),)
        faults.append(Fault("twice", "a book has one header", header.span, ONE_HEADER, first))
    whole = LayerTree(
        headers[0],
        tuple(statements),
        _term(headers[0]),
        frozenset(lost),
        frozenset(unread),
        frozenset(file.name for file in layer.files),
    )
    return whole, faults


def _no_header(layer: Layer, faults: Sequence[Fault]) -> Iterator[Fault]:
    """That no file says which book it is, unless a fault in such a line says more."""
    first = layer.files[0]
    rows = first.text.split("\n")
    inside = (fault.span.line for fault in faults if fault.span.file == first.name)
    if not any(rows[line - 1].lstrip().startswith("book") for line in inside):
        message = "the file does not say which book it is"
        yield Fault(
            "no_book", message, Span(first.name, 1, 1, 1, 2), "begin with `book NAME in USD`"
        )


def _term(header: t.BookHeader) -> tuple[int | None, int | None]:
    start, end = header.endings.start, header.endings.end
    return start.seconds if start else None, end.seconds if end else None


def which_book(layer: Layer, base: LayerTree, above: LayerTree) -> Iterator[Fault]:
    """Tells which book is meant where one beside a contract has the name of a bundled one."""
    name, path = base.header.name.text, layer.files[0].path
    named = isinstance(above.header.extends, t.Name)
    if named and name in bundled_books() and not path.is_relative_to(str(rules_folder())):
        yield Fault(
            "same_name",
            f"`{name}` is the book in `{layer.files[0].name}` here, "
            "not the bundled book of that name",
            above.header.extends.span if above.header.extends is not None else NOWHERE,
            "write its path in quotes, or give it a name of its own",
            severity="warning",
        )


def check_headers(draft: Draft) -> None:
    """Reports currencies that are none or differ, and a term of a book that extends none."""
    for number, layer in enumerate(draft.layers):
        header = layer.header
        draft.only(header.endings, WORDS | {"from", "before"}, "the header of a book")
        code = header.currency.text if header.currency is not None else None
        if code is not None and not (len(code) == 3 and code.isalpha() and code.isupper()):
            draft.fault(
                "currency",
                f"`{code}` is not a currency's code",
                header.currency.span if header.currency else NOWHERE,
                f"write `{code.upper()}`"
                if len(code) == 3
                else "write three capitals such as `USD`",
            )
        elif number and code is not None and code != draft.currency:
            draft.fault(
                "currency",
                f"the book below is in {draft.currency}",
                header.currency.span if header.currency else NOWHERE,
            )
        if number == 0 and header.extends is None and layer.term != (None, None):
            draft.fault(
                "clause_not_here",
                "only a book that extends another has a term",
                header.endings.span,
            )
