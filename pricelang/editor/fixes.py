"""What mends a fault: the edits of a text that its help stands for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from attrs import frozen

from pricelang.present.text import is_slip
from pricelang.syntax.diagnostics import AGAIN, NOWHERE, Fault, Mend, Span
from pricelang.syntax.parser import parse_file
from pricelang.syntax.printer import print_statement
from pricelang.syntax.syntax_faults import PLAIN
from pricelang.syntax.words import reserved


@frozen
class Edit:
    """A new text for a stretch of a file."""

    span: Span
    text: str


@frozen
class Fix:
    """Edits that mend a fault, and what they do in words. `certain` says that nothing else
    would.
    """

    title: str
    edits: tuple[Edit, ...]
    certain: bool


MAX_KNOWN = 5
"""So many of the names that are known are offered."""
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[^|]*?"
_QUOTED = r"`([^`]+)`"
_REPLACED = frozenset({"currency", "figure_differs", "alias", "percent"})
"""Codes whose help quotes what takes the place of the marked words."""


def fixes_of(fault: Fault, texts: dict[str, str]) -> tuple[Fix, ...]:
    """What mends a fault, the likeliest first; nothing where only its author knows.

    >>> span = Span("a.price", 1, 5, 1, 9)
    >>> fault = Fault("unknown_model", "unknown model `alpa`", span, "did you mean `alpha`?")
    >>> [(fix.title, fix.edits[0].text) for fix in fixes_of(fault, {})]
    [('write `alpha`', 'alpha')]
    """
    if fault.span == NOWHERE:
        return ()
    return tuple(_fixes(fault, texts))


def _fixes(fault: Fault, texts: dict[str, str]) -> Iterator[Fix]:
    span, help = fault.span, fault.help or ""
    row = _row(span, texts)
    if help.startswith("did you mean "):
        if "a comma groups thousands" not in help:
            yield from _near_names(fault, row)
    elif help.startswith("known: "):
        for word in help.removeprefix("known: ").split(", ")[:MAX_KNOWN]:
            yield Fix(f"write `{word}`", (Edit(span, word),), False)
    elif fault.code == "syntax" and row:
        yield from _syntax_fixes(fault, row, texts)
    elif fault.code == "no_reason":
        end = Span(span.file, span.end_line, span.end_column, span.end_line, span.end_column)
        yield Fix("add a reason", (Edit(end, ' because "…"'),), False)
    elif fault.code == "clause_order":
        yield from _ordered(span, texts)
    elif fault.code == "no_example":
        yield _example(span, row, texts)
    elif fault.code == "no_figure":
        yield from _figure_row(fault, row, texts)
    elif fault.code == "indented":
        start = Span(span.file, span.line, 1, span.line, 1)
        if help.startswith("indent"):
            yield Fix("indent the line", (Edit(start, "  "),), True)
        else:
            yield Fix("begin in the first column", (Edit(_indent(span, row), ""),), True)
    elif fault.code in ("stale_instead_of", "overrides"):
        yield from _instead_of(fault, row)
    elif fault.mend is not None:
        yield _mended(fault, fault.mend, row, texts)
    elif fault.code in _REPLACED and "such as" not in help:
        found = re.findall(_QUOTED, help)
        for word in found[:2]:
            yield Fix(f"write `{word}`", (Edit(span, word),), len(found) == 1)


def _near_names(fault: Fault, row: str) -> Iterator[Fix]:
    """The names that the help takes for the one that was meant, at each of its places."""
    span, found = fault.span, re.findall(_QUOTED, fault.help or "")
    places = [span, *(place for place, label in fault.others if label == AGAIN)]
    written = row[span.column - 1 : span.end_column - 1]
    for word in found:
        edits = tuple(Edit(place, word) for place in places)
        is_certain = len(found) == 1 and is_slip(written, word)
        yield Fix(f"write `{word}`", edits, is_certain and fault.code != "unknown_unit")


def _instead_of(fault: Fault, row: str) -> Iterator[Fix]:
    """What a price or a factor replaces, as it is now: whether it still should is not certain."""
    span, found = fault.span, re.findall(r"`(instead of [^`]+)`", fault.help or "")
    for text in found[:1]:
        old = re.search(r" *instead of [^ |]+( off)?", row[span.column - 1 : span.end_column - 1])
        start, end = old.span() if old is not None else (span.end_column - span.column,) * 2
        place = _within(span, span.column + start, span.column + end)
        yield Fix(f"write `{text}`", (Edit(place, f" {text}"),), False)


def _syntax_fixes(fault: Fault, row: str, texts: dict[str, str]) -> Iterator[Fix]:
    """A number or a mark that is written otherwise, and words of another language."""
    span, help = fault.span, fault.help or ""
    found, number = re.findall(_QUOTED, help), _number_at(row, span.column)
    if help.startswith(_OF_NUMBERS):
        is_certain = len(found) == 1 and ("bears" not in help or _in_dollars(found, texts))
        if number is not None:
            whole = _within(span, *number)
            for word in found:
                yield Fix(f"write `{word}`", (Edit(whole, word),), is_certain)
    elif help in {f"write `{char}`" for char in PLAIN.values()}:
        text = row[span.column - 1 : span.end_column - 1]
        mended = "".join(PLAIN.get(char, char) for char in text)
        yield Fix(f"write `{mended}`", (Edit(span, mended),), True)
    elif help == "a line ends without a mark":
        yield Fix("leave the mark out", (Edit(span, ""),), True)
    elif help == "a comment begins with `#`":
        yield Fix("write `#`", (Edit(span, "#"),), True)
    elif fault.mend is not None:
        yield _mended(fault, fault.mend, row, texts)


def _mended(fault: Fault, mend: Mend, row: str, texts: dict[str, str]) -> Fix:
    edit = Edit(_within(fault.span, mend.start, mend.end), mend.text)
    return Fix(f"write `{mend.text}`", (edit,), _is_certain(edit, row, texts))


_OF_NUMBERS = (
    "a comma groups",
    "commas group",
    "write the whole",
    "an amount bears",
    "the currency stands",
)
"""How the helps begin that quote a number as it should be."""
_NUMBER = re.compile(r"[$€£¥]?[0-9][0-9,._]*(?:[A-Za-z]\b)?(?: *(?:[A-Z]{3}\b|[$€£¥]|dollars?\b))?")


def _number_at(row: str, column: int) -> tuple[int, int] | None:
    """The columns of the number at a column, with its sign, its suffix and its currency."""
    found = (x for x in _NUMBER.finditer(row) if x.start() < column <= x.end())
    return next(((x.start() + 1, x.end() + 1) for x in found), None)


def _in_dollars(amounts: Sequence[str], texts: dict[str, str]) -> bool:
    """Decides whether no header in some texts says another currency than that of an amount."""
    headers = (
        re.search(r"^book .* in ([A-Z]{3})\b", text, re.MULTILINE) for text in texts.values()
    )
    return all(x is None or x[1] == "USD" or amounts[0].startswith(x[1]) for x in headers)


def _is_certain(edit: Edit, row: str, texts: dict[str, str]) -> bool:
    """Decides whether an edit is the one answer: it has no name that the author did not write and
    no currency that is not the book's, and what it leaves has no fault up to its end.
    """
    if "$" in edit.text and "$" not in row and not _in_dollars([edit.text], texts):
        return False
    words = set(re.findall(r"[A-Za-z_][\w.-]*", edit.text)) - reserved()
    if not words <= set(re.findall(r"[A-Za-z_][\w.-]*", row)) | {"off"}:
        return False
    span = edit.span
    _, faults = parse_file(span.file, apply_edits(texts.get(span.file, ""), [edit]))
    end = span.column + len(edit.text)
    return not any(x.span.line == span.line and x.span.column <= end for x in faults)


def _within(span: Span, start: int, end: int) -> Span:
    """Other columns of the line on which a span begins."""
    return Span(span.file, span.line, start, span.line, end)


def _ordered(span: Span, texts: dict[str, str]) -> Iterator[Fix]:
    """The statement with its clauses in their order, as the printer writes it."""
    file, _ = parse_file(span.file, texts.get(span.file, ""))
    for statement in file.statements:
        own = statement.span
        if own.line <= span.line <= own.end_line:
            inside = any(own.line <= one.span.line <= own.end_line for one in file.comments)
            if not inside:
                whole = Span(own.file, own.line, 1, own.end_line, own.end_column)
                text = "\n".join(print_statement(statement))
                yield Fix("put the clauses in order", (Edit(whole, text),), True)
            return


def _example(span: Span, row: str, texts: dict[str, str]) -> Fix:
    """An example of a model behind all others, whose amount its author reads from the page."""
    model, day = _model(row)
    meters = (re.search(r"^meter ([^\s,]+)", text, re.MULTILINE) for text in texts.values())
    meter = next((found[1] for found in meters if found), "input")
    rows = texts.get(span.file, "").split("\n")
    end = Span(span.file, len(rows), len(rows[-1]) + 1, len(rows), len(rows[-1]) + 1)
    text = f'\nexample "{model}"\n  given {model} at {day}\n  uses 1,000,000 {meter}\n  costs $1\n'
    return Fix("add an example", (Edit(end, text),), False)


def _figure_row(fault: Fault, row: str, texts: dict[str, str]) -> Iterator[Fix]:
    """A row of a table of figures with no figure for a model."""
    model, day = _model(row)
    for table, _ in fault.others:
        header = _row(Span(table.file, table.line + 1, 1, table.line + 1, 1), texts)
        columns = [cell.strip() for cell in header.strip().strip("|").split("|")]
        cells = ["" if name in ("see", "unsure") else "not offered" for name in columns[2:]]
        text = f"\n  | {' | '.join([model, day, *cells])} |"
        end = Span(table.file, table.end_line, table.end_column, table.end_line, table.end_column)
        yield Fix("add a row", (Edit(end, text),), False)


def _model(row: str) -> tuple[str, str]:
    """The model and the day of a row of the table of models."""
    cells = [cell.strip() for cell in row.strip().strip("|").split("|")]
    return cells[0], next((cell for cell in cells if re.fullmatch(_DAY, cell)), "2026-01-01")


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """A text with some edits made; of two that overlap the first is.

    >>> apply_edits("model alpa\\n", [Edit(Span("a", 1, 7, 1, 11), "alpha")])
    'model alpha\\n'
    """
    starts = [0]
    for row in text.split("\n"):
        starts.append(starts[-1] + len(row) + 1)
    places = sorted(
        {
            (
                starts[edit.span.line - 1] + edit.span.column - 1,
                starts[edit.span.end_line - 1] + edit.span.end_column - 1,
                edit.text,
            )
            for edit in edits
        }
    )
    parts, done = [], 0
    for start, end, new in places:
        if start >= done:
            parts += [text[done:start], new]
            done = end
    return "".join([*parts, text[done:]])


def _row(span: Span, texts: dict[str, str]) -> str:
    rows = texts.get(span.file, "").split("\n")
    return rows[span.line - 1] if 0 < span.line <= len(rows) else ""


def _indent(span: Span, row: str) -> Span:
    return Span(span.file, span.line, 1, span.line, len(row) - len(row.lstrip()) + 1)
