"""Files of books that are the user's own to write."""

from __future__ import annotations

from collections.abc import Iterable

from pricelang.files.packaged import is_packaged
from pricelang.files.shipped import is_shipped
from pricelang.model.errors import BadRequest
from pricelang.present.text import shown
from pricelang.usage.io.writing import write_text

_HELP = "work on a copy of its folder"


def check_own(paths: Iterable[str]) -> None:
    """Raises `BadRequest` (`bad_output`) for a file of a book that came with the package, whose
    compiled form prices, or that is made of the data of another, which is made again.
    """
    for path in paths:
        if is_shipped(path):
            reason = "came with the package, which prices as it was built"
        elif is_packaged(path):
            reason = "is made of the data of another package"
        else:
            continue
        raise BadRequest("bad_output", f"`{shown(path, 200)}` {reason}", help=_HELP)


def write_book_file(path: str, text: str) -> None:
    """Writes a file of a book, whole or not at all. Raises as `check_own` does."""
    check_own([path])
    write_text(path, text)
