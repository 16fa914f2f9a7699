"""What each name of a file is, as the semantic tokens of an editor."""

from __future__ import annotations

from lsprotocol.types import SemanticTokensLegend

from pricelang.editor.fields import Kind
from pricelang.editor.open_books import OpenBook
from pricelang.editor.ranges import Ranges

TYPES: dict[Kind, str] = {
    "account": "parameter",
    "alias": "class",
    "book": "namespace",
    "dimension": "enum",
    "figure": "struct",
    "group": "type",
    "meter": "property",
    "model": "class",
    "modifier": "function",
    "source": "namespace",
    "unit": "type",
    "value": "enumMember",
}
_ORDER = sorted(set(TYPES.values()))
LEGEND = SemanticTokensLegend(_ORDER, ["declaration"])


def marks_of(opened: OpenBook, file: str, ranges: Ranges) -> list[int]:
    """The tokens of a file, five numbers each: lines and columns from the one before, the length,
    the type and whether it declares.
    """
    found = []
    for (own, _), names in opened.names.at_place.items():
        for one, key in names if own == file else ():
            if key is not None:
                place = ranges.of(one.span)
                length = place.end.character - place.start.character
                kind = _ORDER.index(TYPES[key[0]])
                begin = place.start
                found.append((begin.line, begin.character, length, kind, int(one.declares)))
    marks: list[int] = []
    line = column = 0
    for row, start, length, kind, declares in sorted(set(found)):
        marks += [row - line, start - column if row == line else start, length, kind, declares]
        line, column = row, start
    return marks
