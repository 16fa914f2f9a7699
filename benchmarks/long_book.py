"""A book of any number of lines, mixed as long books are:
sources, models, tables of rates, modifiers, notes and examples.
"""

from __future__ import annotations

BLOCK = 20
"""Models of one block:
a table of models, a table of rates with two rows each, and what is said of them.
"""

HEAD = """book long "A long book" in USD

unit MTok is 1,000,000 tokens
meter input, output, cache_write, cache_read in tokens
meter searches in searches

dimension tier default standard
  standard, batch
dimension speed default standard
  standard, fast
dimension place default global
  global, us

derive cache_write is 1.25 x input
derive cache_read is 0.1 x input

multiplier batch "Batch"
  when tier is batch
  x 0.5 on tokens

multiplier us "Kept in the US"
  when place is us
  x 1.1 on tokens

charge searches "Searches"
  $10 per 1,000 searches

stack batch, us
refuse when speed is fast and tier is batch because "fast requests are not batched"
"""


def long_book(lines: int) -> str:
    """The text of a book of about `lines` lines.

    >>> abs(len(long_book(3_000).splitlines()) - 3_000) < 200
    True
    """
    found = HEAD.splitlines()
    block = 0
    while len(found) < lines:
        found += _block(block)
        block += 1
    return "\n".join(found) + "\n"


def _block(number: int) -> list[str]:
    day = f"2026-{1 + number % 6:02}-{1 + number // 6 % 28:02}"
    later = f"2026-{7 + number % 6:02}-{1 + number // 6 % 28:02}"
    names = [f"m-{number}-{index}" for index in range(BLOCK)]
    found = [
        "",
        f"# Block {number}.",
        f'source page_{number} "https://example.com/prices/{number}" read {later}',
        "",
    ]
    found += ["models", "  | model | released |", *(f"  | {name} | {day} |" for name in names), ""]
    found += [f"alias newest-{number} is {names[-1]} from {day}", ""]
    found += [
        f"rates per MTok see page_{number}",
        "  | model | from | input | cache_write | cache_read | output |",
    ]
    for index, name in enumerate(names):
        price = 1 + (number + index) % 40
        found.append(f"  | {name} | {day} | ${price} | derived | derived | ${5 * price} |")
        found.append(
            f"  | {name} | {later} | ${price + 1} | derived | derived | ${5 * price + 5} |"
        )
    found += [""]
    for index, name in enumerate(names[:6]):
        price = 1 + (number + index) % 40
        found += [
            f'example "a million tokens of {name}"',
            f"  given {name} at {day}, tier batch",
            "  uses 1,000,000 input, 200,000 output",
            f"  costs ${price}",
            "",
        ]
    return found
