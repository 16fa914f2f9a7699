"""What is said where a book of the working folder has the name by which another is asked for."""

from __future__ import annotations

import os


def same_name_here(source: object) -> tuple[str, str] | None:
    """What to say, and what helps, where a book of the working folder has the name by which another
    is asked for: what is bundled or made of a package is taken, and what lies where somebody
    happens to run is not.
    """
    if not isinstance(source, str) or not source or os.path.basename(source) != source:
        return None
    paths = (os.path.join(source, "book.price"), f"{source}.price", source)
    near = next((path for path in paths if os.path.isfile(path)), None)
    if near is None:
        return None  # as nearly always, and nothing is imported to know it
    return _two_books(source, near)


def _two_books(source: str, near: str) -> tuple[str, str] | None:
    from pathlib import Path

    from pricelang.check.entries import bundled_books
    from pricelang.check.extended import ENTRY, MAX_BYTES, book_name
    from pricelang.files.bundled import rules_folder
    from pricelang.files.packaged import PACKAGES
    from pricelang.files.places import same_place

    if source not in (*bundled_books(), *PACKAGES):
        return None
    bundled = rules_folder().joinpath(source).joinpath(ENTRY)
    own = Path(near)
    if book_name(own, MAX_BYTES) is None or same_place(own) == same_place(bundled):
        return None
    given = os.path.join(os.curdir, source if near.startswith(source + os.sep) else near)
    return (
        f"`{source}` is the book that comes with that name, not the one in `{near}`",
        f"write `{given}` for that one, or give it a name of its own",
    )
