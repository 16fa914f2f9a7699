"""Places of a book as an editor counts them: lines from 0, columns in UTF-16 units."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen
from lsprotocol import types as lsp
from pygls.workspace import PositionCodec
from pygls.workspace.position_codec import ServerTextPosition

from pricelang.syntax.diagnostics import NOWHERE, Span


@frozen(eq=False)
class Ranges:
    """Stretches of the files of a book, by their texts."""

    codec: PositionCodec
    texts: Mapping[str, str]
    _rows: dict[str, list[str]] = field(factory=dict)

    def rows(self, file: str) -> list[str]:
        """The lines of a file."""
        if file not in self._rows:
            self._rows[file] = self.texts.get(file, "").split("\n")
        return self._rows[file]

    def of(self, span: Span) -> lsp.Range:
        """A stretch as the editor counts; the first letter of a file for no place."""
        if span == NOWHERE:
            return lsp.Range(lsp.Position(0, 0), lsp.Position(0, 1))
        return lsp.Range(
            self._position(span.file, span.line, span.column),
            self._position(span.file, span.end_line, span.end_column),
        )

    def _position(self, file: str, line: int, column: int) -> lsp.Position:
        rows = self.rows(file)
        return self.codec.position_to_client_units(rows, ServerTextPosition(line - 1, column - 1))

    def place(self, file: str, position: lsp.Position) -> tuple[int, int]:
        """The line and column (from 1, in code points) of a place of the editor."""
        found = self.codec.position_from_client_units(self.rows(file), position)
        return found.line + 1, found.character + 1
