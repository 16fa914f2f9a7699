"""The text of a book to begin with: a list of its own, or a contract over another."""

from __future__ import annotations

LIST = """\
# What {title} charges: `pricelang check {file}`, then `pricelang test {file}`.
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
    path in quotes.

    >>> new_book("acme", "2026-01-01", "anthropic").splitlines()[1]
    'book acme "Acme" extends anthropic from 2026-01-01'
    """
    title = name.replace("_", " ").replace("-", " ").capitalize()
    text = LIST if base is None else CONTRACT
    return text.format(name=name, title=title, file=f"{name}.price", today=today, base=base)
