"""What the examples of a book exercise as a table, as lines and as data."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from pricelang.present.table import Table
from pricelang.present.text import printable
from pricelang.verify.coverage import Coverage, CoveredRule, FileCoverage

Texts = dict[str, list[str]]
"""The lines of the files of a book."""
KINDS = {"charge pool": "free allowance"}
"""Kinds of rules that people call otherwise."""


def coverage_table(found: Coverage, names: dict[str, str]) -> Table:
    """A row for each file, and the total; `names` are the paths of files."""
    rows = [
        (names.get(part.file, part.file), *_figures(part)) for part in (*found.files, found.total)
    ]
    rows[-1] = ("total", *rows[-1][1:])
    headers = ("file", "rules", "exercised", "percent")
    return Table(headers, tuple(rows), frozenset({1, 2, 3}), 1)


def _figures(part: FileCoverage) -> tuple[str, str, str]:
    return f"{part.rules:,}", f"{part.exercised:,}", percent_of(part)


def percent_of(found: FileCoverage) -> str:
    """The percentage with one decimal, cut and not rounded, so that only a whole is 100%."""
    return f"{int(found.percent * 10) // 10}.{int(found.percent * 10) % 10}%"


def coverage_lines(found: Coverage, names: dict[str, str], texts: Texts) -> Iterator[str]:
    """Each line of the book that no example exercises, or that none can."""
    for title, rules in (
        ("not exercised by any example", found.missed),
        ("not reachable by an example", found.unreachable),
    ):
        if rules:
            yield f"\n{title}:"
        for place, what, text in _lines(rules, names, texts):
            yield f"{printable(place)}: {printable(what)}\n    {printable(text)}"


def _lines(
    rules: Iterable[CoveredRule], names: dict[str, str], texts: Texts
) -> Iterator[tuple[str, str, str]]:
    """Rules by the line on which they stand: its place, what of it is meant, and its text."""
    for (file, line, kind, why), group in itertools.groupby(
        rules, lambda x: (x.origin.file, x.origin.line, x.kind, x.unreachable)
    ):
        names_of = list(dict.fromkeys(rule.name for rule in group))
        # the cells of a row are all of one model
        ends = {name.partition(" of ")[2] for name in names_of} if kind == "price" else set()
        said = KINDS.get(kind, kind)
        what = (
            f"{said} {', '.join(name.partition(' of ')[0] for name in names_of)} of {ends.pop()}"
            if len(ends) == 1
            else f"{said} {', '.join(names_of)}"
        )
        reason = f" ({why})" if why else ""
        yield f"{names.get(file, file)}:{line}", what + reason, _text(texts, file, line)


def _text(texts: Texts, file: str, line: int) -> str:
    return " ".join(texts[file][line - 1].split())


def coverage_data(found: Coverage, names: dict[str, str], texts: Texts) -> dict[str, object]:
    """Everything, for JSON."""

    def of(part: FileCoverage) -> dict[str, object]:
        percent = percent_of(part).removesuffix("%")
        return {"rules": part.rules, "exercised": part.exercised, "percent": percent}

    return {
        **of(found.total),
        "examples": found.examples,
        "files": [{"file": names.get(part.file, part.file), **of(part)} for part in found.files],
        "lines": [
            {
                "file": names.get(rule.origin.file, rule.origin.file),
                "line": rule.origin.line,
                "column": rule.origin.column,
                "kind": rule.kind,
                "name": rule.name,
                "examples": rule.examples,
                "unreachable": rule.unreachable,
                "text": _text(texts, rule.origin.file, rule.origin.line),
            }
            for rule in found.rules
        ],
    }
