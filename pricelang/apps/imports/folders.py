"""Where an imported book is kept:
a folder whose files of an earlier import make room, and nothing else does.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pricelang.apps.imports.book_text import SOURCE
from pricelang.apps.imports.drafts import ImportFault
from pricelang.check.extended import ENTRY
from pricelang.present.text import shown
from pricelang.syntax import tree as t
from pricelang.syntax.parser import parse_file
from pricelang.usage.io.writing import Drafts


def has_book(folder: Path) -> bool:
    """Decides whether a folder has files of a book."""
    return folder.is_dir() and any(folder.glob("*.price"))


def write_book(folder: Path, files: Mapping[str, str]) -> tuple[str, ...]:
    """Writes the files of a book: all of them, or none. Those of an import before, which the book
    no longer has, are removed; returns the names of `.price` files that stand there besides and are
    left as they are.

    Raises `ImportFault` where a file would take the place of one that no import wrote,
    and `OSError`.
    """
    old = _imported_files(folder)
    foreign = [name for name in files if os.path.lexists(folder / name) and name not in old]
    if foreign:
        raise ImportFault(
            f"the folder `{shown(folder)}` has a `{shown(foreign[0])}` that no import wrote, "
            "and that would be lost; "
            "name another folder, or move that file"
        )
    with Drafts() as drafts:
        for name, text in [
            *((name, text) for name, text in files.items() if name != ENTRY),
            (ENTRY, files[ENTRY]),
        ]:
            Path(drafts.of(str(folder / name))).write_text(text, encoding="utf-8", newline="\n")
        drafts.place()
    for name in old - set(files):
        (folder / name).unlink(missing_ok=True)
    return tuple(sorted(path.name for path in folder.glob("*.price") if path.name not in files))


def _imported_files(folder: Path) -> set[str]:
    """The files in a folder that an import wrote: a `book.price` that says so,
    and what it includes that is nothing but models and rates of its source.
    """
    entry = _statements(folder / ENTRY)
    sources = [statement for statement in entry if isinstance(statement, t.Source)]
    if (
        len(sources) != 1
        or sources[0].name.text != SOURCE
        or sources[0].address.text not in _addresses()
    ):
        return set()
    names = {statement.path.text for statement in entry if isinstance(statement, t.Include)}
    return {
        ENTRY,
        *(name for name in names if os.path.basename(name) == name and _is_written(folder / name)),
    }


def _addresses() -> tuple[str, ...]:
    from pricelang.apps.imports import genai_prices, litellm_draft

    return genai_prices.ADDRESS, litellm_draft.ADDRESS


def _is_written(path: Path) -> bool:
    statements = _statements(path)
    return bool(statements) and all(
        isinstance(statement, t.Models | t.Rates)
        and statement.endings.see is not None
        and statement.endings.see.text == SOURCE
        for statement in statements
    )


def _statements(path: Path) -> tuple[t.Statement, ...]:
    """The statements of a file; none where it is not there, or has a fault."""
    try:
        file, faults = parse_file(path.name, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return ()
    return () if faults else file.statements
