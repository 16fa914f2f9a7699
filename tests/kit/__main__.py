"""Writes the kit: `python -m tests.kit`."""

from __future__ import annotations

from tests.kit.writing import FOLDER, lines_of, parts, text_of

for name, books in parts():
    text = text_of(lines_of(books))
    (FOLDER / name).write_text(text, encoding="utf-8")
    print(f"{name}: {text.count(chr(10)):,} lines, {len(text.encode()):,} bytes")
