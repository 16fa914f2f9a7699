"""The picture of how modifiers stack, drawn from bills of the book: writes docs/stacking.svg.

python -m benchmarks.stacking
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from html import escape
from pathlib import Path

from attrs import frozen

import pricelang

MODEL, DAY = "claude-opus-4-6", "2026-04-17"
PICTURE = Path(__file__).parents[1] / "docs" / "stacking.svg"
STACK = ("fast", "batch", "residency")
FAST, BATCH, US = {"speed": "fast"}, {"service_tier": "batch"}, {"inference_geo": "us"}
# What each row says of its request, the meter whose price it shows, and its dimensions.
REQUESTS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("a plain request", "input", {}),
    ("US only", "input", US),
    ("fast", "input", FAST),
    ("fast, US only", "input", FAST | US),
    ("batch, US only", "input", BATCH | US),
    ("fast, US only: a cache read", "cache_read", FAST | US),
    ("fast in a batch", "input", FAST | BATCH),
)
WIDTH, TOP, STEP = 860, 92, 44
FIRST, LIST, COLUMNS, BILLED = 24, 300, (400, 510, 620), 760
STYLE = """
.page { fill: #ffffff; stroke: #d0d7de; } .line { stroke: #d8dee4; }
text { font: 15px system-ui, sans-serif; fill: #1f2328; } .head { font-weight: 600; }
.soft { fill: #59636e; font-size: 13px; } .price { font-variant-numeric: tabular-nums; font-weight: 600; }
.up { fill: #ffe3d3; } .down { fill: #d5f0dd; } .no { fill: #ffd9dc; }
@media (prefers-color-scheme: dark) {
  .page { fill: #151b23; stroke: #3d444d; } .line { stroke: #2f3742; }
  text { fill: #e6edf3; } .soft { fill: #9da7b3; }
  .up { fill: #6b3a1c; } .down { fill: #1d4d2e; } .no { fill: #6b2530; }
}
"""


@frozen
class Row:
    """A request, its list price, the factor of each modifier that has effect, and what is billed
    for a million units or why nothing is.
    """

    label: str
    list_price: str
    factors: dict[str, str]
    billed: str
    refused: bool = False


def rows() -> Iterator[Row]:
    """The rows of the picture, as the book bills them."""
    book = pricelang.load().at(DAY)
    for label, meter, dimensions in REQUESTS:
        try:
            line = book.price(model=MODEL, usage={meter: 1}, **dimensions).lines[0]
        except pricelang.Refused as error:
            yield Row(label, "", {}, error.message, refused=True)
            continue
        factors = {factor.rule: f"x {factor.factor.normalize():f}" for factor in line.factors}
        yield Row(label, _amount(line.list_price), factors, _amount(line.unit_price))


def _amount(price: Decimal) -> str:
    """A price of a million, as the price page writes it."""
    amount = price * 1_000_000
    return f"${amount:.2f}".removesuffix(".00")


def picture() -> str:
    """The picture as SVG, readable on light and on dark pages."""
    shown = list(rows())
    height = TOP + STEP * len(shown) + 12
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<title>How modifiers stack on {MODEL}</title><style>{STYLE}</style>",
        f'<rect class="page" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="8"/>',
        _text(FIRST, 32, f"{MODEL} on {DAY}: input, $ per million tokens", "head"),
        *_head(),
    ]
    for number, row in enumerate(shown):
        parts += _row(row, TOP + STEP * number)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _head() -> Iterator[str]:
    yield _text(FIRST, TOP - 26, "the request", "soft")
    yield _text(LIST, TOP - 26, "list price", "soft", "middle")
    for name, x in zip(STACK, COLUMNS, strict=True):
        yield _text(x, TOP - 26, name, "soft", "middle")
    yield _text(BILLED, TOP - 26, "unit price", "soft", "middle")


def _row(row: Row, y: int) -> Iterator[str]:
    middle = y + STEP // 2
    yield f'<line class="line" x1="{FIRST}" x2="{WIDTH - FIRST}" y1="{y - 8}" y2="{y - 8}"/>'
    yield _text(FIRST, middle, row.label)
    if row.refused:
        yield _pill((COLUMNS[0] + COLUMNS[1]) // 2, middle, 190, "exclude each other", "no")
        yield _text(BILLED, middle, "refused", "price", "middle")
        return
    yield _text(LIST, middle, row.list_price, "price", "middle")
    for name, x in zip(STACK, COLUMNS, strict=True):
        factor = row.factors.get(name)
        kind = "down" if factor and factor.startswith("x 0") else "up"
        yield (
            _pill(x, middle, 76, factor, kind)
            if factor
            else _text(x, middle, "·", "soft", "middle")
        )
    yield _text(BILLED, middle, row.billed, "price", "middle")


def _pill(x: int, y: int, width: int, text: str, kind: str) -> str:
    box = f'<rect class="{kind}" x="{x - width // 2}" y="{y - 19}" width="{width}" height="28" rx="14"/>'
    return box + _text(x, y, text, "", "middle")


def _text(x: int, y: int, text: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
    print(f"wrote {PICTURE}")
