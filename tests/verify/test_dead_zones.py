"""Steps of tiers by usage: what the audit says of them, and what invoices of either side say."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest

import pricelang
from pricelang.apps.audit_report.html import render_report
from pricelang.usage.records import Part, Place, Record
from pricelang.verify.analysis import Analysis
from tests.cli.helpers import run
from tests.engines.test_accounts import book_of
from tests.verify import decide_claims

BOOK = """book steps in USD
unit MTok is 1,000,000 tokens
dimension region default us
  us, eu
meter input, output in tokens
models
  | model | released   |
  | m-1   | 2026-01-01 |
  | m-2   | 2026-01-01 |
tiers volume
  counts tokens per organization per month{way}
  small
  middle  after 100 tokens
  large   after 1,000 tokens
rates per MTok
  | model | volume | from       | input | output |
  | m-1   | *      | 2026-01-01 | $1    | $5     |
  | m-2   | small  | 2026-01-01 | $10   | $10    |
  | m-2   | middle | 2026-01-01 | $10   | $9     |
  | m-2   | large  | 2026-01-01 | $8    | $9     |
multiplier discount
  x 0.9 on tokens  when volume is middle
  x 0.8 on tokens  when volume is large
multiplier abroad
  x 2 on tokens    when region is eu
{more}stack discount, abroad{members}
"""


def steps(way: str = ", all units", more: str = "", members: str = "") -> pricelang.Book:
    return book_of(BOOK.format(way=way, more=more, members=members))


def owed(book: pricelang.Book, model: str, meter: str, units: int) -> Fraction:
    """What a month of so many units comes to."""
    record = Record((Part(model, "2026-05-01", {}, {meter: units}),), Place("f", 1), "canonical")
    invoice = book.invoice([record], "2026-05")
    return sum((total.due for total in invoice.totals), Fraction(0))


def test_the_dead_zone_of_each_step_by_hand() -> None:
    """From 100, x 0.9, and x 0.81 of the output of m-2, which is $9 then. From 1,000, x 8/9 of the
    discount and x 0.8 of the input of m-2: 0.7111 of the tier before.
    """
    book = steps()
    first, second = book.audit.tier_steps
    assert [one.way for one in (first, second)] == ["falls", "falls"]
    assert (first.low, first.factor, first.meters) == (81, Fraction("0.81"), (1,))
    factor = Fraction(8, 9) * Fraction(8, 10)
    assert (second.low, second.factor, second.meters) == (1000 * factor, factor, (0,))
    for step, meter, start in ((first, "output", 100), (second, "input", 1000)):
        whole = owed(book, "m-2", meter, start + 1)
        assert owed(book, "m-2", meter, int(step.low) - 1) < whole
        assert owed(book, "m-2", meter, int(step.low) + 2) > whole
        assert owed(book, "m-2", meter, start) > whole
        assert step.witness is not None
        record = step.witness.record()
        assert record["model"] == "m-2"
        assert record["volume"] == {100: "middle", 1000: "large"}[start]
        book.price(usage=record.pop("usage"), **record)


def test_a_zone_that_reaches_below_the_tier_before() -> None:
    """Half of what it cost in the middle is 500, in the small tier too: 0.45 of it."""
    text = BOOK.replace("x 0.8 on", "x 0.045 on").format(way=", all units", more="", members="")
    book = book_of(
        text.replace("  | m-2   | large  | 2026-01-01 | $8    | $9     |", "{}").format(
            "  | m-2   | large  | 2026-01-01 | $10   | $9     |"
        )
    )
    _, second = book.audit.tier_steps
    assert second.low == 1000 * Fraction("0.045") * Fraction("0.9")
    whole = owed(book, "m-2", "output", 1001)
    assert owed(book, "m-2", "output", 40) < whole < owed(book, "m-2", "output", 42)


def test_a_graduated_ladder_never_falls() -> None:
    book = steps(way="")
    assert [one.way for one in book.audit.tier_steps] == ["graduated"] * 2
    found = [owed(book, "m-2", "input", units) for units in range(0, 1200, 37)]
    assert found == sorted(found)


def test_what_is_no_factor_is_undecided() -> None:
    """An amount beside the discount: how far the price falls depends on the price."""
    fee = "surcharge fee\n  $1 per MTok on input\n"
    book = steps(more=fee, members=", fee")
    assert [one.way for one in book.audit.tier_steps] == ["undecided"] * 2


def test_a_surcharge_of_a_tier_never_falls() -> None:
    text = BOOK.format(way=", all units", more="", members="").replace("x 0.9", "x 1.2")
    text = text.replace("x 0.8", "x 1.5").replace("$9 ", "$10").replace("$8 ", "$10")
    assert [one.way for one in book_of(text).audit.tier_steps] == ["never falls"] * 2


def drawn(chance: Random) -> tuple[pricelang.Book, list[int]]:
    """A ladder of some tiers of usage or of spending, for all units."""
    starts = sorted(chance.sample(range(20, 2000), chance.randint(1, 3)))
    names = ["small", "middle", "large", "huge"][: len(starts) + 1]
    counts = chance.choice(["tokens", "spend"])
    after = [f"{start} tokens" if counts == "tokens" else f"${start}" for start in starts]
    lines = [
        *["book drawn in USD", "meter input in tokens", "models", "  | model | released |"],
        "  | m-1 | 2026-01-01 |",
        f"tiers t\n  counts {counts} per organization per month, all units\n  small",
        *(f"  {name} after {start}" for name, start in zip(names[1:], after, strict=True)),
        "rates per 1 tokens\n  | model | from | input |\n  | m-1 | 2026-01-01 | $1 |",
        "multiplier d",
        *(
            f"  x {chance.choice(['0.9', '0.75', '0.5', '0.3'])} on input when t is {name}"
            for name in names[1:]
        ),
    ]
    return book_of("\n".join(lines) + "\n"), starts


@pytest.mark.parametrize("seed", range(12))
def test_drawn_ladders_fall_exactly_where_it_says(seed: int) -> None:
    """With a price of $1, what is counted, and what is spent in the first tier, are units."""
    chance = Random(seed)
    book, starts = drawn(chance)
    for step, start in zip(book.audit.tier_steps, starts, strict=True):
        whole = owed(book, "m-1", "input", start + 1)
        for units in {1, *(chance.randint(1, start) for _ in range(12)), int(step.low)}:
            less = owed(book, "m-1", "input", units)
            if units > step.low + 2:
                assert less > whole, (units, step)
            elif units < step.low - 2 and not _again(book, units, step.low):
                assert less <= whole, (units, step)


def _again(book: pricelang.Book, units: int, low: Fraction) -> bool:
    """Whether a lower step falls too, so that what is below its own may cost more."""
    return any(one.low < units <= one.start for one in book.audit.tier_steps if one.start < low)


def test_each_form(tmp_path: Path) -> None:
    path = tmp_path / "steps.price"
    path.write_text(BOOK.format(way=", all units", more="", members=""), encoding="utf-8")
    text = run("audit", str(path), "--tiers").stdout
    said = (
        "volume middle, after 100 tokens, all units: x 0.81 on output, so what lies between "
        "81 tokens and 100 tokens costs more than 100 tokens"
    )
    assert said in text
    assert f"- {said}" in run("audit", str(path), "--markdown").stdout
    data = json.loads(run("audit", str(path), "--json").stdout)["tiers"]
    assert data[0] == {
        "ladder": "volume",
        "tier": "middle",
        "cost": "falls",
        "after": "100",
        "dead_from": "81",
        "multiplier": "0.81",
        "meters": ["output"],
        "exact": True,
        "request": {
            "model": "m-2",
            "at": "2026-01-01",
            "volume": "middle",
            "usage": {"output": 1},
        },
    }
    page = render_report(pricelang.load(path).audit, "2026-05-01")
    assert "between 81 tokens and 100 tokens" in page
    assert run("audit", "--tiers").stdout == (
        "no price steps with what an account has used or spent\n"
    )


@pytest.mark.parametrize(
    ("way", "scope", "holds"),
    [(", all units", "", False), (", all units", " when volume is small", True), ("", "", True)],
)
def test_more_usage_costs_less_at_a_step_for_all_units(way: str, scope: str, holds: bool) -> None:
    """The claim is of accounts too, and of those in its scope alone."""
    book = steps(way, f"claim more usage never costs less{scope}\n")
    (verdict,) = decide_claims(Analysis(book.checked))
    assert verdict.holds == holds
    if not holds:
        assert verdict.why is not None
        assert "volume middle, for all units after 100 tokens: what lies between 81" in verdict.why
        owing = [owed(book, "m-2", "output", units) for units in (90, 101)]
        assert owing[0] > owing[1]
