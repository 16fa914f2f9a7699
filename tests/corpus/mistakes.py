"""Mistakes of people who are new to the language, each beside what they should have written.

A file `mistakes/GROUP.txt` has blocks `=== NAME`, what was written, `---`, and what is right. Each
stands below `SHOP`, or is a book of its own that extends it.
"""

from __future__ import annotations

import re
from pathlib import Path

from attrs import frozen

FOLDER = Path(__file__).parent / "mistakes"
GROUPS = sorted(path.stem for path in FOLDER.glob("*.txt"))
SHOP = """book shop "A shop" in USD
source terms "https://example.com/terms" read 2026-01-31
unit MTok is 1,000,000 tokens
dimension tier default standard
  standard, batch, priority
dimension region default home
  home, abroad
meter input, output, cache_read in tokens
meter search in searches
models see terms
  | model | released   |
  | alpha | 2026-01-01 |
  | beta  | 2026-03-01 |
rates per MTok see terms
  | model | from       | input | output | cache_read |
  | alpha | 2026-01-01 | $4    | $20    | derived    |
  | beta  | 2026-03-01 | $2    | $10    | derived    |
derive cache_read is 0.1 x input
charge search "Searches"
  $10 per 1,000 searches
multiplier batch "Batch"
  when tier is batch
  50% off tokens
multiplier night "Abroad at night"
  x 0.5 on output  when region is abroad
"""


@frozen
class Mistake:
    """A mistake: its group and name, the text of a book with it, and that of the right book."""

    group: str
    name: str
    wrong: str
    right: str

    @property
    def first_line(self) -> int:
        """The line of the text with which the mistake begins."""
        return 1 if self.wrong.startswith("book acme") else SHOP.count("\n") + 1

    def written_to(self, folder: Path, text: str | None = None) -> Path:
        """The book with the mistake, or with another text, in a folder beside the shop."""
        text = self.wrong if text is None else text
        for name in ("shop", "other", "more"):
            content = SHOP if name == "shop" else "# nothing\n"
            (folder / f"{name}.price").write_text(content, encoding="utf-8")
        place = folder / ("acme.price" if text.startswith("book acme") else "shop.price")
        place.write_text(text, encoding="utf-8")
        return place


def mistakes() -> list[Mistake]:
    """All mistakes, in the order of their files."""
    return [
        _mistake(path.stem, block)
        for path in sorted(FOLDER.glob("*.txt"))
        for block in re.split(r"^=== ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    ]


def _mistake(group: str, block: str) -> Mistake:
    name, text = block.split("\n", 1)
    wrong, right = text.split("---\n", 1)
    above = "" if text.startswith("book ") else SHOP
    return Mistake(group, name, above + wrong, above + right)
