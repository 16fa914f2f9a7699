"""Audits of small books against every request there is, each priced by `Book.price`:
verdicts, witnesses, stacking, order, dead rules.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

import pricelang
from pricelang.evaluate.line_rates import Rate
from pricelang.model import book as m
from pricelang.model.instants import seconds_of
from pricelang.present.decimals import money
from pricelang.verify.analysis import Analysis
from pricelang.verify.claims import Verdict
from pricelang.verify.order import order_of_stack
from pricelang.verify.stacking import Meeting, meetings
from pricelang.verify.unreachable import dead_rules
from pricelang.verify.witness import Witness
from tests.oracle_requests import share
from tests.usage.helpers import one_record
from tests.verify import (
    Point,
    book_with_claims,
    by_request,
    checked,
    decide_claims,
    holds,
    point_of,
    quantities,
)
from tests.verify.enumerated import Enumerated

HELD: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "equal": lambda a, b: a == b,
    "less": lambda a, b: a < b,
    "at_least": lambda a, b: a >= b,
    "at_most": lambda a, b: a <= b,
}


def over_books(
    part: float, check: Callable[[Enumerated, Analysis], None], known: Sequence[str] = ()
) -> None:
    """Runs a check on known books, and on a share of those of the profile;
    a book comes from a seed, which does not shrink.

    Which seeds are drawn depends on what else the process has loaded;
    so what a test must have seen, the known books show.
    """
    for text in known:
        book = checked((text,)).book
        assert book is not None, checked((text,)).faults
        check(Enumerated(book), Analysis(book))

    @share(part)
    @given(st.integers(0, 2**64))
    def run(seed: int) -> None:
        made = book_with_claims(seed)
        if made is not None:
            note("\n----\n".join(made[0]))
            check(Enumerated(made[1]), Analysis(made[1]))

    run()


# ---- claims --------------------------------------------------------------------------------------


def breaking(found: Enumerated, claim: m.Claim) -> list[Point]:
    """The points of all requests that break a claim."""
    if claim.kind == "monotone":
        return [
            over
            for pair in found.falls
            for over in pair[1:]
            if all(holds(claim.scope, point) for point in pair)
        ]
    return [point for point, _ in found.inside(claim.scope) if breaks(found, claim, point)]


def breaks(found: Enumerated, claim: m.Claim, point: Point) -> bool:
    """Whether a request that can be priced breaks a claim (of any kind but `monotone`)."""
    cell, book = found.usable[point], found.book
    indices = [
        next(n for n, x in enumerate(book.modifiers) if x.name == name) for name in claim.names
    ]
    if claim.kind == "costs":
        left = amount(found, claim.left, point)
        right = amount(found, claim.right, point) if claim.right else claim.amount
        return (
            cell.free is None
            and left is not None
            and right is not None
            and not HELD[claim.relation](left, right)
        )
    if claim.kind in ("above", "at_most"):
        rates = ((size, found.rate(point, n)) for n, size in claim.left)
        prices = [rate.unit_price * size for size, rate in rates if rate is not None]
        return cell.free is None and any(
            price <= claim.amount if claim.kind == "above" else price > claim.amount
            for price in prices
        )
    if claim.kind == "prices":
        offered = [
            n for n, _ in claim.left if any(holds(x.scope, point) for x in book.meters[n].offers)
        ]
        return any(not isinstance(cell.rates[book.meters[n].name], Rate) for n in offered)
    if claim.kind == "is":
        lines = found.lines(indices[0], point)
        factors = {meter: factor for line in lines for meter, factor in line.factors}
        return any(line.outcome == "add" for line in lines) or bool(
            factors and factors != dict(claim.left)
        )
    if claim.kind == "nevermeets":
        return all(found.effective(n, point) for n in indices)
    return any(found.order_shows(*pair, point) for pair in itertools.combinations(indices, 2))


def amount(
    found: Enumerated, side: tuple[tuple[int, Fraction], ...], point: Point
) -> Fraction | None:
    """What one side of a claim costs; None where a meter of it has no price."""
    rates = [(factor, found.rate(point, n)) for n, factor in side]
    if any(rate is None for _, rate in rates):
        return None
    return sum(
        (factor * rate.unit_price for factor, rate in rates if rate is not None), Fraction(0)
    )


def judge(found: Enumerated, verdict: Verdict) -> None:
    """A verdict is that of the enumeration, and its witness,
    read back as a record, breaks the claim as it says.
    """
    claim = verdict.claim
    expected = breaking(found, claim)
    assert verdict.holds == (not expected), (
        claim.text,
        verdict.why,
        str(verdict.witness),
        expected[:1],
    )
    if verdict.holds:
        assert verdict.witness is None
        return
    shown = verdict.witness
    assert shown is not None
    usage = quantities(found.book, dict(shown.usage))
    point = point_of(found.book, shown.model, seconds_of(shown.at), dict(shown.dimensions), usage)
    assert point in expected, (claim.text, str(shown))
    record = one_record(shown.record())
    if claim.kind == "prices":
        with pytest.raises(pricelang.NotOffered):
            found.priced.price_record(record)
        return
    bill = found.priced.price_record(record)
    assert bill.parts[0].cell.rates.keys() == found.usable[point].rates.keys()
    if claim.kind == "costs":
        scale = int((re.findall(r" for ([\d,]+) each$", verdict.why) or ["1"])[0].replace(",", ""))
        unit = 1 if claim.right else min(factor for _, factor in claim.left if factor)
        right = amount(found, claim.right, point) if claim.right else claim.amount
        for cost in (amount(found, claim.left, point), right):
            assert money((cost or Fraction(0)) * scale / unit, found.book.currency) in verdict.why
    if claim.kind in ("above", "at_most"):
        (meter,) = (
            n for n, meter in enumerate(found.book.meters) if f"`{meter.name}`" in verdict.why
        )
        rate = found.rate(point, meter)
        assert rate is not None
        price = rate.unit_price * dict(claim.left)[meter]
        assert price <= claim.amount if claim.kind == "above" else price > claim.amount
        assert money(price, found.book.currency) in verdict.why
    if claim.kind == "monotone":
        assert costs_less_than_with_less(found, shown, bill.exact_total), (claim.text, str(shown))


def costs_less_than_with_less(found: Enumerated, shown: Witness, total: Fraction) -> bool:
    """Whether a request, with one less of some meter, costs more."""
    for name, quantity in shown.usage:
        usage = {
            other: size - 1 if other == name else size
            for other, size in shown.usage
            if size > 1 or other != name
        }
        if quantity >= 1:
            bill = found.priced.price(
                model=shown.model, at=shown.at, usage=usage, **dict(shown.dimensions)
            )
            if bill.exact_total > total:
                return True
    return False


KNOWN_CLAIMS = """multiplier half
  x 0.5 on tokens when tier is batch
multiplier twice
  x 2 on tokens when tier is standard and input over 100
multiplier bed
  x 3 on input when plat is bed
surcharge fee
  $1 per MTok on input when plat is bed
stack half, twice, fee, bed
""" + "".join(
    f"claim {claim}\n"
    for claim in (
        "output costs 2 input when plat is standard",
        "output costs less than 3 input",
        "output costs at least input when plat is standard",
        "output costs 2 input",
        "output costs less than input",
        "output costs at most input",
        "half is x 0.5 on tokens",
        "twice is x 2 on tokens",
        "bed is x 3 on input",
        "half is x 0.6 on tokens",
        "twice is x 2 on input",
        "bed is x 3 on output",
        "half never meets twice",
        "half never meets bed when plat is standard",
        "twice never meets half when plat is bed",
        "half never meets bed",
        "twice never meets bed",
        "half never meets fee",
        "half, twice commute",
        "half, bed commute",
        "twice, bed commute",
        "half, fee commute",
        "twice, fee commute",
        "bed, fee commute",
        "every model prices input",
        "every model prices output",
        "every model prices calls",
        "every price is above $0",
        "every price is above $0.0000001",
        "every price is above $0.0000004",
        "every price is above $0.0000005",
        "every price is above $1",
        "every price is above $0.5",
        "every price is above $0.49 per MTok",
        "every price is above $0.5 per MTok",
        "every price is at most $1",
        "every price is at most $0.99",
        "every price is at most $9 per MTok",
        "every price is at most $8.99 per MTok",
        "every price is at most $7 per MTok when plat is standard",
        "every price is at most $0.000009 when plat is bed",
        "input costs at most $9 per MTok",
        "input costs at most $8.99 per MTok",
        "input + 2 output costs less than $20 per MTok",
        "output costs $2 per 1,000,000 tokens when tier is standard and input up to 100",
        "output costs at least $1 per MTok",
        "more usage never costs less",
        "more usage never costs less when tier is batch",
        "more usage never costs less when plat is bed",
    )
)
KNOWN_GAPS = (
    "multiplier drop\n  x 0.5 on input when input over 100\n"
    + "".join(
        f"claim {claim}\n"
        for claim in (
            "more usage never costs less",
            "more usage never costs less when tier is batch",
            "more usage never costs less when plat is bed",
        )
    )
    + "".join(
        f"claim every model prices {names}\n" for names in ("lost", "input, lost", "lost, calls")
    )
)


@pytest.mark.campaign
def test_claims() -> None:
    """Every verdict is that of the enumeration, and every witness breaks its claim."""
    seen: Counter[tuple[str, bool]] = Counter()

    def check(found: Enumerated, analysis: Analysis) -> None:
        for verdict in decide_claims(analysis):
            if verdict.claim.kind == "monotone" and by_request(found.book):
                continue
            judge(found, verdict)
            seen[verdict.claim.kind, verdict.holds] += 1

    lost = TINY.replace("meter calls", "meter lost in tokens\nmeter calls").replace(
        "| input | output |", "| input | output | lost |"
    )
    lost = lost.replace("| $1 | $2 |", "| $1 | $2 | not offered |")
    over_books(0.6, check, [TINY + KNOWN_CLAIMS, lost + KNOWN_GAPS])
    assert min(seen[kind, holds] for kind in KINDS for holds in (True, False)) >= 3, seen


KINDS = ("costs", "is", "nevermeets", "commute", "prices", "above", "at_most", "monotone")

TINY = """book tiny in USD
unit MTok is 1,000,000 tokens
dimension tier default standard
  standard, batch
dimension plat default standard
  standard, bed
meter input, output in tokens
meter calls in requests
group both is input, output
models
  | model | released |
  | m | 2026-01-01 |
rates per MTok
  | model | from | input | output |
  | m | 2026-01-01 | $1 | $2 |
charge calls
  $1 per request
"""
BIG = "multiplier big\n  x 3 on input when input over 100\n"
HALF = "multiplier half\n  x 0.5 on tokens when tier is batch\n"
STORE = "meter store in tokens when plat is bed\nrates per MTok\n  | model | from | store |\n  | m | 2026-01-01 | $1 |\n"
MINIMUM = "meter time in hours\ncharge time\n  $1 per hour\n  at least 1 hours per use when input up to 100\n"
NIGHT = """dimension hours default day
  day
  off from 13:00 before 14:00
multiplier night
  x 2 on input when hours is off from 2026-02-01 before 2026-02-01 12:00
"""


@pytest.mark.parametrize(
    ("rules", "claim", "holds"),
    [
        ("", "output costs 2 input", True),
        ("", "output costs less than 2 input", False),
        ("round unit_price to $3 half_up", "output costs 2 input", False),
        ("round unit_price to $3 up", "output costs 1 input", True),
        (HALF + "round unit_price to $1 down", "every price is above $0", False),
        (BIG, "input costs at least output when input up to 100", False),
        (BIG, "input costs at least output when input over 100", True),
        (BIG, "input costs at least output when tier is batch", False),
        (BIG + "multiplier low\n  x 2 on tokens when both up to 100", "big never meets low", True),
        (BIG + "multiplier low\n  x 2 on tokens when both up to 200", "big never meets low", False),
        ('free when input over 100 because "so it is"', "more usage never costs less", False),
        (HALF.replace("batch", "batch and input over 100"), "more usage never costs less", False),
        (
            "multiplier half\n  x 0.5 on output when input over 100",
            "more usage never costs less",
            False,
        ),
        (
            "limit bill\n  at most $0.00001 per request when input over 100",
            "more usage never costs less",
            False,
        ),
        (
            "limit bill\n  at most $0.00001 per request when input up to 100",
            "more usage never costs less",
            True,
        ),
        (
            "surcharge fee\n  $5 per request when input up to 100\nstack fee",
            "more usage never costs less",
            False,
        ),
        (MINIMUM, "more usage never costs less", False),
        (MINIMUM, "time costs $1 per hour", True),
        (MINIMUM, "time costs less than $0.017 per minute", True),
        (MINIMUM, "time costs less than $0.016 per minute", False),
        (MINIMUM, "every price is at most $0.001 per second", True),
        (MINIMUM, "every price is at most $0.0002 per second", False),
        (BIG, "0.5 input costs at most $1.5 per MTok", True),
        (BIG, "0.5 input + 0 output costs less than $1.5 per MTok", False),
        (BIG, "every price is at most $2 per MTok when input up to 100", True),
        (BIG, "every price is at most $2 per MTok", False),
        (
            "limit bill\n  at most $9 per request when output over 1,000",
            "more usage never costs less",
            False,
        ),
        (
            "limit bill\n  at most $9 per request\n"
            + HALF.replace("tier is batch", "calls over 100"),
            "more usage never costs less",
            True,
        ),
        ("round total to $0.01 down when input over 1,000", "more usage never costs less", False),
        (NIGHT, "night is x 3 on input", True),
        (
            STORE + "multiplier half\n  x 0.5 on tokens when plat is standard",
            "half is x 2 on tokens",
            False,
        ),
        (
            HALF + "surcharge fee\n  $1 per MTok on input\nstack half, fee",
            "half, fee commute",
            False,
        ),
        (
            HALF + "surcharge fee\n  $1 per MTok on input when tier is standard\nstack half, fee",
            "half, fee commute",
            True,
        ),
    ],
)
def test_a_claim_worked_out_by_hand(rules: str, claim: str, holds: bool) -> None:
    found = checked((f"{TINY}{rules}\nclaim {claim}\n",))
    assert found.book is not None, found.faults
    (verdict,) = decide_claims(Analysis(found.book))
    assert verdict.holds == holds, (verdict.why, str(verdict.witness))
    judge(Enumerated(found.book), verdict)


# ---- stacking and order --------------------------------------------------------------------------


def kind_of_meeting(found: Enumerated, left: int, right: int) -> str:
    """How two modifiers meet, by going through all requests."""
    pair = (left, right)
    both = [
        point
        for point in found.requests
        if found.exists(point) and all(found.effective(n, point) for n in pair)
    ]
    asked = [
        point
        for point in found.requests
        if found.exists(point) and all(found.lines(n, point) for n in pair)
    ]
    if any(point in found.usable for point in both):
        return (
            "order"
            if any(found.order_shows(left, right, point) for point in found.usable)
            else "multiply"
        )
    if any(not found.refused(point) for point in both):
        return "exclude"
    if any(point in found.usable for point in asked):
        return "no_effect"
    return "refuse" if asked else "never"


def judge_meeting(found: Enumerated, meeting: Meeting) -> None:
    names = [modifier.name for modifier in found.book.modifiers]
    left, right = names.index(meeting.left), names.index(meeting.right)
    assert meeting.kind == kind_of_meeting(found, left, right), meeting
    if meeting.witness is None:
        assert meeting.kind == "never"
        return
    shown = meeting.witness
    usage = quantities(found.book, dict(shown.usage))
    point = point_of(found.book, shown.model, seconds_of(shown.at), dict(shown.dimensions), usage)
    record = one_record(shown.record())
    if meeting.kind in ("exclude", "refuse"):
        with pytest.raises(pricelang.Refused) as raised:
            found.priced.price_record(record)
        assert raised.value.code == ("excluded" if meeting.kind == "exclude" else raised.value.code)
        assert meeting.location == raised.value.location
    else:
        found.priced.price_record(record)
        assert all(found.lines(n, point) for n in (left, right))
        assert all(found.effective(n, point) for n in (left, right)) == (
            meeting.kind != "no_effect"
        )
        assert meeting.kind != "order" or found.order_shows(left, right, point)


def spread(found: Enumerated, meter: int, point: Point) -> tuple[Fraction, Fraction]:
    """The least and the most that a meter costs over all orders of what acts on it."""
    acting = tuple(member for member in found.book.stack if found.acts(member, meter, point))
    prices = [
        found.through(order, meter, point) or Fraction(0)
        for order in itertools.permutations(acting)
    ]
    return min(prices), max(prices)


EVERY_MEETING = (
    TINY
    + """multiplier half
  x 0.5 on input when tier is batch
multiplier twice
  x 2 on input when plat is bed
multiplier third
  when tier is batch
  no effect when plat is bed because "so it is"
  otherwise x 3 on input
multiplier std
  x 1.5 on input when tier is standard
surcharge fee
  $1 per MTok on input when plat is bed
exclude std with fee because "never"
stack half, twice, third, std, fee
"""
)


@pytest.mark.campaign
def test_stacking_and_order() -> None:
    kinds: Counter[str] = Counter()

    def check(found: Enumerated, analysis: Analysis) -> None:
        for meeting in meetings(analysis):
            judge_meeting(found, meeting)
            kinds[meeting.kind] += 1
        observed = {one.meter: one for one in order_of_stack(analysis).observable}
        for n, meter in enumerate(found.book.meters):
            points = [
                point
                for point, cell in found.usable.items()
                if cell.free is None and found.rate(point, n)
            ]
            widest = max(
                (spread(found, n, point) for point in points),
                key=lambda pair: pair[1] - pair[0],
                default=None,
            )
            if widest is None or widest[0] == widest[1]:
                assert meter.name not in observed
                continue
            one = observed[meter.name]
            assert one.spread == one.high - one.low == widest[1] - widest[0]
            shown = one.witness
            usage = quantities(found.book, dict(shown.usage))
            point = point_of(
                found.book, shown.model, seconds_of(shown.at), dict(shown.dimensions), usage
            )
            assert spread(found, n, point) == (one.low, one.high)
            kinds["observable"] += 1

    over_books(
        0.6, check, [EVERY_MEETING, EVERY_MEETING.replace("0.5 on input", "0.25 on output, input")]
    )
    assert (
        min(
            kinds[kind]
            for kind in ("multiply", "order", "exclude", "no_effect", "never", "observable")
        )
        > 1
    ), kinds


# ---- dead rules ----------------------------------------------------------------------------------


def unreached(found: Enumerated) -> set[str]:
    """The places of all that no request reaches, by going through them."""
    book, dead = found.book, set[str]()
    existing = [point for point in found.requests if found.exists(point)]
    for number, modifier in enumerate(book.modifiers):
        open_to = [point for point in existing if not found.refused(point, but=number)]
        reached = {id(line) for point in open_to for line in found.lines(number, point)}
        dead |= {line.origin.place for line in modifier.lines if id(line) not in reached}
    paid, derived = set[int](), set[int]()
    for point, n in itertools.product(found.usable, range(len(book.meters))):
        rows = [x for x in book.prices if x.meter == n and holds(x.scope, point)]
        if rows:
            row = max(rows, key=lambda x: x.rank)
            paid |= (
                {id(row)} if any(holds(x.scope, point) for x in book.meters[n].offers) else set()
            )
            if row.kind == "derived":
                lines = [x for x in book.derivations if x.meter == n and holds(x.scope, point)]
                derived.add(id(max(lines, key=lambda x: x.rank)))
    dead |= {x.origin.place for x in book.prices if x.kind != "absent" and id(x) not in paid}
    dead |= {x.origin.place for x in book.derivations if id(x) not in derived}
    calm = [point for point in existing if not found.refused(point)]
    dead |= {
        x.origin.place
        for x in book.exclusions
        if not any(found.excludes(x, point) for point in calm)
    }
    first = [next((id(x) for x in book.refusals if holds(x.scope, point)), 0) for point in existing]
    dead |= {x.origin.place for x in book.refusals if id(x) not in first}
    first = [next((id(x) for x in book.free if holds(x.scope, point)), 0) for point in found.usable]
    dead |= {x.origin.place for x in book.free if id(x) not in first}
    dead |= {
        x.origin.place
        for x in book.notes
        if not any(holds(x.scope, point) for point in found.usable)
    }
    for axis, dimension in enumerate(book.dimensions, 2):
        if {point[axis] for point in found.usable} != set(range(len(dimension.values))):
            dead.add(dimension.origin.place)
    return dead


@pytest.mark.campaign
def test_dead_rules() -> None:
    seen: Counter[str] = Counter()

    def check(found: Enumerated, analysis: Analysis) -> None:
        said = [dead for dead in dead_rules(analysis) if dead.kind in ("unreached", "hidden")]
        assert {dead.location for dead in said} == unreached(found)
        seen.update(dead.kind for dead in said)

    hidden = TINY + "".join(
        f"rates per MTok when plat is {plat}\n  | model | from | input | output |\n  | m | 2026-01-01 | $3 instead of $1 | $4 instead of $2 |\n"
        for plat in ("standard", "bed")
    )
    over_books(0.6, check, [EVERY_MEETING, hidden])
    assert min(seen["unreached"], seen["hidden"]) > 1, seen


# ---- what is proven is what runs -----------------------------------------------------------------


def test_what_is_proven_is_what_runs() -> None:
    """At every request the diagrams say what `Book.price` bills,
    and which requests have a price at all.
    """
    compared: Counter[str] = Counter()

    def check(found: Enumerated, analysis: Analysis) -> None:
        meters = range(len(found.book.meters))
        roots = [analysis.unit_price(n, found.book.stack) for n in meters]
        root, usable = analysis.usable
        for point in found.requests:
            assert usable(analysis.forest.value(root, point)) == (point in found.usable)
            cell = found.usable.get(point)
            if cell is None or cell.free is not None:
                continue
            for n in meters:
                rate, leaf = (
                    cell.rates[found.book.meters[n].name],
                    analysis.forest.value(roots[n], point),
                )
                if not isinstance(rate, Rate):
                    assert leaf is None
                elif rate.free is not None:
                    assert leaf == "free"
                elif not any(
                    x.stage == "unit_price" and holds(x.scope, point) for x in found.book.roundings
                ):
                    assert leaf == rate.unit_price
                compared["prices"] += 1

    over_books(0.6, check)
    assert compared["prices"] > 10_000
