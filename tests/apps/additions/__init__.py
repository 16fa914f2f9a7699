"""Lines that books get: where they go, what they say, and what is left to a person."""

from __future__ import annotations

from pricelang.apps.additions.edited_book import EditedBook


def added(book: EditedBook) -> list[str]:
    """The lines that are new, without what only moved between columns."""
    rows = [row for row in book.patch() if row[:1] in "+-" and row[:3] not in ("+++", "---")]
    gone = {" ".join(row[1:].split()) for row in rows if row[0] == "-"}
    texts = [" ".join(row[1:].split()) for row in rows if row[0] == "+"]
    return [text for text in texts if text and text not in gone]
