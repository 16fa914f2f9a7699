"""How each statement reads: a header, and the lines below it."""

from __future__ import annotations

from attrs import frozen


@frozen
class Form:
    """The header of a statement as an example, and examples of its lines."""

    header: str
    lines: tuple[str, ...] = ()


FORMS = {
    "account": Form("account project"),
    "alias": Form("alias latest is alpha from 2026-07-24"),
    "allow": Form('allow tier batch for alpha because "agreed"'),
    "amend": Form(
        "amend batch", ("60% off instead of 50% off tokens", "$8 instead of $10 per 1,000 searches")
    ),
    "book": Form('book shop "Shop" in USD'),
    "charge": Form(
        'charge search "Searches"',
        ("$10 per 1,000 searches", "first 100 searches free per organization per month"),
    ),
    "claim": Form("claim cache_read costs less than input for alpha"),
    "commitment": Form(
        'commitment annual "Committed"', ("$1,000 per organization per year on tokens",)
    ),
    "convert": Form("convert to EUR at 0.92 from 2026-07-24"),
    "credit": Form('credit launch "Launch"', ("$1,000 per organization per month on tokens",)),
    "derive": Form("derive cache_read is 0.1 x input", ("except 0.2 x input  for alpha",)),
    "dimension": Form(
        "dimension tier default standard", ("standard, batch", "batch  from 2026-07-24")
    ),
    "example": Form(
        'example "a batch"',
        ("given alpha at 2026-07-24, tier batch", "uses 1,000 input, 50 output", "costs $0.30"),
    ),
    "exclude": Form('exclude night with batch because "one discount at a time"'),
    "figures": Form("figures context_window in tokens", ("| model | from | standard |",)),
    "free": Form('free when outcome is failed because "what fails is not billed"'),
    "group": Form("group prompt is input, cache_read"),
    "include": Form('include "rates.price"'),
    "limit": Form(
        'limit floor "At least"', ("at least $6 per MTok on output", "at most $100 per request")
    ),
    "meter": Form("meter input, output in tokens for alpha"),
    "models": Form("models see page", ("| model | released |",)),
    "multiplier": Form(
        'multiplier batch "Batch"',
        ("when tier is batch", "50% off tokens", "x 1.1 on output  for alpha  from 2026-07-24"),
    ),
    "note": Form('note "prices are net of tax" for alpha from 2026-07-24 see page'),
    "rates": Form("rates per MTok see page", ("| model | from | input | output |",)),
    "refuse": Form('refuse for alpha when region is abroad because "not sold there"'),
    "round": Form("round line to $0.0001 half_even from 2026-07-24"),
    "source": Form('source page "https://example.com" read 2026-07-24'),
    "stack": Form("stack batch, night"),
    "surcharge": Form('surcharge fast "Fast"', ("when speed is fast", "$1 per MTok on output")),
    "tiers": Form(
        'tiers volume "Volume"',
        ("counts tokens per organization per month", "low", "high  after 1,000 MTok"),
    ),
    "unit": Form("unit MTok is 1,000,000 tokens"),
}
"""By the first word of each statement."""


def form_help(statement: str, row: str) -> str | None:
    """How a statement reads, or the line below it that a row seems to be; None where no statement
    begins with that word.

    >>> form_help("stack", "stack all")
    'it reads like `stack batch, night`'
    >>> form_help("example", "  costs == 4")
    'a line of it reads like `costs $0.30`'
    """
    form = FORMS.get(statement)
    if form is None:
        return None
    if not row.startswith(" ") or not form.lines:
        return f"it reads like `{form.header}`"
    word = row.split()[0] if row.strip() else ""
    alike = [line for line in form.lines if line.split()[0] == word] or form.lines
    lines = [f"`{' '.join(line.split())}`" for line in alike]
    return "a line of it reads like " + (
        lines[0] if len(lines) == 1 else ", ".join(lines[:-1]) + " or " + lines[-1]
    )
