"""Mends the files of a book where a fault has one right answer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pricelang.apps.own_files import write_book_file
from pricelang.check.files import read_layers
from pricelang.compile.book import check_layers
from pricelang.editor.fixes import Edit, apply_edits, fixes_of
from pricelang.syntax.diagnostics import BookError, Fault

MAX_ROUNDS = 5
"""A fault may hide another: so often the book is checked again."""


def mend_files(source: str) -> list[tuple[str, int]]:
    """Mends the book's own files on the disk; the path of each that changed, and how many faults
    were mended: none of a book that cannot be read. Raises `BadRequest` where they are not the
    user's own.
    """
    mended: dict[str, int] = {}
    for _ in range(MAX_ROUNDS):
        try:
            layers = read_layers(source)
            checked = check_layers(layers)
        except BookError:
            break
        edits = certain_edits(checked.faults, checked.texts)
        own = [file for file in layers[-1].files if file.name in edits]
        for file in own:
            _rewrite(file.path, apply_edits(file.text, edits[file.name]))
            name = str(file.path)
            mended[name] = mended.get(name, 0) + len(edits[file.name])
        if not own:
            break
    return list(mended.items())


def certain_edits(faults: Sequence[Fault], texts: dict[str, str]) -> dict[str, list[Edit]]:
    """The edits of faults that have one right answer, by file."""
    found: dict[str, list[Edit]] = {}
    for fault in faults:
        fixes = [fix for fix in fixes_of(fault, texts) if fix.certain]
        for edit in fixes[0].edits if len(fixes) == 1 else ():
            found.setdefault(edit.span.file, []).append(edit)
    return found


def _rewrite(path: Path, text: str) -> None:
    """Writes a file with the line ends that it has."""
    data = path.read_bytes()
    ends = "\r\n" if b"\r\n" in data else "\n"
    mark = "\ufeff" if data.startswith(b"\xef\xbb\xbf") else ""
    write_book_file(str(path), mark + text.replace("\n", ends))
