"""The text of a book to begin with: a list of its own, or a contract over another."""

from __future__ import annotations

import os
import re
from pathlib import Path

from pricelang.apps.additions.examples import plain_example
from pricelang.check.entries import Entry
from pricelang.check.files import read_layers
from pricelang.compile.book import check_layers
from pricelang.syntax.diagnostics import BookError
from pricelang.syntax.parser import parse_file
from pricelang.syntax.print_values import quoted

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
"""What a new book may be called."""
LIST = """\
# What {title} charges, and what must hold of it.
book {name} "{title}" in USD

# Where the figures come from, and when that was read.
source page "https://example.com/pricing" read {today}

unit MTok is 1,000,000 tokens
dimension service_tier default standard
  standard, batch
meter input, output in tokens

models see page
  | model   | released   |
  | model-1 | {today} |

rates per MTok see page
  | model   | from       | input | output |
  | model-1 | {today} | $3    | $15    |

multiplier batch "Batch" see page
  when service_tier is batch
  50% off tokens

# What must come out to the cent, and what must hold for every request.
example "half a price in the batch"
  given model-1 at {today}, service_tier batch
  uses 1,000,000 input, 100,000 output
  costs $2.25

claim batch is x 0.5 on tokens
claim input costs less than output
"""
CONTRACT = """\
# What was agreed over {base}: see `pricelang audit {file} --contract`.
book {name} "{title}" extends {base} from {today}

# Where it was agreed, and when that was read.
source agreement "https://example.com/agreement" read {today}

multiplier agreed "Agreed discount" see agreement
  10% off tokens

claim agreed is x 0.9 on tokens
"""


def new_book(name: str, today: str, base: str | None = None) -> str:
    """The text of a book of a name: of a list, or of a contract over the book `base`, a name or a
    path as seen from the new one.

    >>> new_book("acme", "2026-01-01", "anthropic").splitlines()[1]
    'book acme "Acme" extends anthropic from 2026-01-01'
    """
    title = name.replace("_", " ").replace("-", " ").capitalize()
    text = LIST if base is None else CONTRACT
    written = base if base is None or NAME.fullmatch(base) else quoted(base)
    return text.format(name=name, title=title, file=f"{name}.price", today=today, base=written)


def seen_from(base: str, path: Path) -> str:
    """A base as a new book at a path names it: a name as it is, or a path from there."""
    if not base or NAME.fullmatch(base) or os.path.isabs(base):
        return base
    return Path(os.path.relpath(base, path.parent)).as_posix()


def checked_new(text: str, path: Path, day: str) -> str:
    """The text of a new book at a path, with an example for a day where it has none and prices
    something. Raises `BookError` where it would not be read: its name is a word of the language,
    or there is no book for it to extend.
    """
    faults = parse_file(path.name, text)[1]
    if faults:
        raise BookError(faults, {path.name: text})
    book = check_layers(read_layers(Entry(path, path.parent), {path.resolve(): text})).book
    if book is None or book.examples:
        return text
    example = plain_example(book, day)
    return f"{text}\n# What must come out to the cent.\n{example}\n" if example else text
