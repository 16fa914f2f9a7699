"""What the tests of the audit share: small books with random claims,
and every request of a book, one for each point.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from attrs import frozen

from pricelang.check.book_files import Layer, TextFile
from pricelang.compile.book import Checked, check_layers
from pricelang.model import book as m
from pricelang.model.instants import DAY
from pricelang.present.decimals import plain
from pricelang.verify.analysis import Analysis
from pricelang.verify.claims import Verdict, decide
from tests.generators import write_book

Point = tuple[int, ...]
Quantity = int | Fraction


@frozen
class Request:
    """A request as `Book.price` takes it, and its point:
    model, stretch of time, values, sides of the thresholds.
    """

    point: Point
    model: str
    at: str
    dimensions: dict[str, str]
    usage: dict[str, Quantity]


def checked(texts: tuple[str, ...]) -> Checked:
    """The checked book of some texts, each a book over the one before."""
    files = (
        TextFile(f"{number}.price", Path(f"{number}.price"), text)
        for number, text in enumerate(texts)
    )
    return check_layers(tuple(Layer((file,)) for file in files))


def decide_claims(analysis: Analysis) -> tuple[Verdict, ...]:
    """The verdict on each claim of the book, in their order."""
    return tuple(decide(analysis, claim) for claim in analysis.book.claims)


# ---- books with claims ---------------------------------------------------------------------------


def book_with_claims(seed: int, claims: int = 12) -> tuple[tuple[str, ...], m.Book] | None:
    """A generated book with random claims appended to its topmost text;
    None where it is faulty without them.
    """
    texts = write_book(seed)
    book = checked(texts).book
    if book is None:
        return None
    lines = [*always(book), *(claim(Random(f"{seed} {number}"), book) for number in range(claims))]
    texts = (*texts[:-1], texts[-1] + "\n".join(lines) + "\n")
    found = checked(texts)
    if found.book is None:  # a claim that speaks of no request is a fault: drop those
        rows = texts[-1].split("\n")
        bad = {fault.span.line for fault in found.faults if fault.severity == "error"}
        texts = (
            *texts[:-1],
            "\n".join(row for number, row in enumerate(rows, 1) if number not in bad),
        )
        found = checked(texts)
    assert found.book is not None, (texts, found.faults)
    return texts, found.book


def always(book: m.Book) -> list[str]:
    """The claims that need no choice, over every request."""
    names = [modifier.name for modifier in book.modifiers]
    lines = [
        "claim every price is above $0",
        "claim every model prices input, output, cache, calls, time, store",
    ]
    lines += [f"claim {', '.join(names)} commute"] if len(names) > 1 else []
    return [*lines, "claim more usage never costs less"]


def claim(random: Random, book: m.Book) -> str:
    """One random claim about a book, true or false, in the words of the language."""
    names = [modifier.name for modifier in book.modifiers]
    meters = [meter.name for meter in book.meters]
    kinds = [
        "costs",
        "costs",
        "costs",
        "is",
        "above",
        "at_most",
        "amount",
        "prices",
        "monotone",
    ] + [
        "meets",
        "commute",
    ] * (len(names) > 1)
    kind = random.choice(kinds)
    if kind == "costs":
        body = costs(random, book, meters)
    elif kind == "is":
        body = f"{random.choice(names)} is x {random.choice(['0.5', '2', '1.1'])} on {random.choice(['tokens', 'both', 'input'])}"
        found = [(x, line) for x in book.modifiers for line in x.lines if line.factors]
        if found and random.random() < 0.8:
            modifier, line = random.choice(found)
            factor = line.factors[0][1]
            held = ", ".join(meters[meter] for meter, other in line.factors if other == factor)
            body = f"{modifier.name} is x {plain(factor)} on {held}"
    elif kind == "above":
        body = f"every price is above ${random.choice(['0', '0.0000001', '0.00001', '0.05'])}"
    elif kind == "at_most":
        amount = random.choice(["$1", "$0.01", "$0.00001", "$20 per MTok", "$4 per MTok"])
        body = f"every price is at most {amount}"
    elif kind == "amount":
        amount = random.choice(["$1", "$3", "$10", "$40"])
        body = f"{random.choice(['input', 'input + 2 output', 'cache'])} costs {random.choice(['', 'at most ', 'less than ', 'at least '])}{amount} per MTok"
    elif kind == "prices":
        body = f"every model prices {', '.join(random.sample(meters, random.randint(1, 3)))}"
    elif kind == "monotone":
        body = "more usage never costs less"
    else:
        body = "{} never meets {}" if kind == "meets" else "{}, {} commute"
        body = body.format(*random.sample(names, 2))
    return f"claim {body} {scope(random, book)}".rstrip()


def costs(random: Random, book: m.Book, meters: list[str]) -> str:
    """One sum of prices against another; often one that may well be true."""
    tokens = ["input", "output", "cache"]
    if random.random() < 0.4 and book.derivations:
        line = random.choice(book.derivations)
        return f"{meters[line.meter]} costs {plain(line.factor)} {meters[line.of]}"

    def terms() -> str:
        chosen = random.sample(tokens if random.random() < 0.9 else meters, random.randint(1, 2))
        numbers = [random.choice(["", "2 ", "0.5 ", "10 ", "40 "]) for _ in chosen]
        return " + ".join(number + name for number, name in zip(numbers, chosen, strict=True))

    return f"{terms()} costs {random.choice(['less than ', 'at least ', 'at most ', ''])}{terms()}"


def scope(random: Random, book: m.Book) -> str:
    """The endings of a claim."""
    models = [model.name for model in book.models]
    parts = []
    if random.random() < 0.35:
        word = random.choice(["for", "except for"])
        parts.append(
            f"{word} {', '.join(random.sample(models, random.randint(1, len(models) - 1)))}"
        )
    tests = []
    for dimension in book.dimensions:
        if random.random() < 0.3:
            values = [value.name for value in dimension.values]
            tests.append(
                f"{dimension.name} is {' or '.join(random.sample(values, random.randint(1, len(values) - 1)))}"
            )
    if book.sums and random.random() < 0.15:
        total = random.choice(book.sums)
        tests.append(
            f"{total.label} {random.choice(['over', 'up to'])} {int(random.choice(total.limits)):,}"
        )
    parts += [f"when {' and '.join(tests)}"] if tests else []
    if random.random() < 0.3:
        days = sorted(
            random.sample(["2026-01-15", "2026-02-01", "2026-04-01", "2026-05-01", "2026-07-01"], 2)
        )
        parts.append(
            random.choice(
                [f"from {days[0]}", f"before {days[1]}", f"from {days[0]} before {days[1]}"]
            )
        )
    return " ".join(parts)


def by_request(book: m.Book) -> bool:
    """Whether the total of a request is more than quantities times prices:
    a cap on it, or what looks at a threshold.
    """
    first = 2 + len(book.dimensions)
    lines = [
        line.scope
        for x in book.modifiers
        for line in x.lines
        if line.outcome == "add" and not line.meters
    ]
    lines += [line.scope for charge in book.charges for line in charge.minimums]
    lines += [rounding.scope for rounding in book.roundings] + [
        conversion.scope for conversion in book.conversions
    ]
    bounds = [line for limit in book.limits for line in limit.lines if line.target == "request"]
    return bool(bounds) or any(axis >= first for scope in lines for axis, _ in scope)


# ---- every request -------------------------------------------------------------------------------


def holds(scope: m.Scope, point: Point) -> bool:
    """Whether a point is in a scope."""
    return all((mask >> point[axis]) & 1 for axis, mask in scope)


def usages(book: m.Book) -> dict[tuple[int, ...], dict[str, Quantity]]:
    """For the sides of all thresholds that quantities can be on together,
    the first quantities found that are.

    Sums share meters, so not every combination exists:
    more than 1,000 of input is more than 100 of input and output.
    """
    meters = sorted({meter for total in book.sums for meter in total.meters})
    edges = sorted(
        {
            0,
            *(
                int(limit) + step
                for total in book.sums
                for limit in total.limits
                for step in (0, 1)
            ),
        }
    )
    found: dict[tuple[int, ...], dict[str, Quantity]] = {}
    for numbers in sorted(itertools.product(edges, repeat=len(meters)), key=sum):
        given: dict[int, Quantity] = dict(zip(meters, numbers, strict=True))
        found.setdefault(
            sides(book, given), {book.meters[meter].name: n for meter, n in given.items() if n}
        )
    return found


def sides(book: m.Book, given: dict[int, Quantity]) -> tuple[int, ...]:
    """The side of each threshold that quantities by meter are on."""
    amounts = [sum(given.get(meter, 0) for meter in total.meters) for total in book.sums]
    return tuple(
        sum(amount > limit for limit in total.limits)
        for amount, total in zip(amounts, book.sums, strict=True)
    )


def instants(book: m.Book) -> Iterator[tuple[int, int]]:
    """Stretches of time with instants (UTC seconds) in them:
    the first, and each turn of a clock.
    """
    clocks = [clock for d in book.dimensions for v in d.values for clock in v.clocks]
    for number, start in enumerate(book.boundaries):
        end = book.boundaries[number + 1] if number + 1 < len(book.boundaries) else start + 9 * DAY
        clocked = {at for clock in clocks for at in _turns(clock, start)}
        for at in sorted({start, *(at for at in clocked if start <= at < end)}):
            yield number + 1, at


def _turns(clock: m.Clock, start: int) -> Iterator[int]:
    """The instants at which windows may begin or end in the nine days (two where all are alike) from
    an instant on, and the midnights of the zone.
    """
    zone = ZoneInfo(clock.zone)
    first = datetime.datetime.fromtimestamp(start, zone).replace(hour=0, minute=0, second=0)
    minutes = {0, *(minute for window in clock.windows for minute in window)}
    for day in range(-1, 2 if len(clock.days) == 7 and clock.zone == "UTC" else 9):
        for minute in minutes:
            local = first + datetime.timedelta(days=day, minutes=minute)
            yield from (int(local.replace(fold=fold).timestamp()) for fold in (0, 1))


def on_clock(clock: m.Clock, at: int) -> bool:
    """Whether an instant is in a window of a clock."""
    local = datetime.datetime.fromtimestamp(at, ZoneInfo(clock.zone))
    now, day = local.hour * 60 + local.minute, local.weekday()
    for first, last in clock.windows:
        if first < last:
            if first <= now < last and day in clock.days:
                return True
        elif (now >= first and day in clock.days) or (now < last and (day - 1) % 7 in clock.days):
            return True
    return False


def point_of(
    book: m.Book, model: str, at: int, dimensions: dict[str, str], usage: dict[int, Quantity]
) -> Point:
    """The point of a request, worked out from the words of the book alone;
    what the clock sets comes last.
    """
    stretch = sum(at >= boundary for boundary in book.boundaries)
    values = [
        next(
            n
            for n, value in enumerate(d.values)
            if value.name == dimensions.get(d.name, d.values[d.default].name)
        )
        for d in book.dimensions
    ]
    number = next(n for n, known in enumerate(book.models) if known.name == model)
    point = [number, stretch, *values, *sides(book, usage)]
    for axis, dimension in enumerate(book.dimensions, 2):
        for place, value in enumerate(dimension.values):
            if value.clocks and point[axis] == dimension.default:
                inside = any(on_clock(clock, at) for clock in value.clocks)
                moved = (*point[:axis], place, *point[axis + 1 :])
                if inside and any(holds(offer.scope, moved) for offer in value.offers):
                    point[axis] = place
    return tuple(point)


def requests(book: m.Book) -> dict[Point, Request]:
    """One request for each point at which there can be any,
    refused or not offered though it may be.
    """
    open_dimensions = [dimension for dimension in book.dimensions if not dimension.clocked]
    names = [dimension.name for dimension in open_dimensions]
    known = usages(book)
    index = {meter.name: number for number, meter in enumerate(book.meters)}
    found: dict[Point, Request] = {}
    for (_, at), model in itertools.product(instants(book), book.models):
        instant = datetime.datetime.fromtimestamp(at, datetime.UTC).isoformat()
        for values in itertools.product(
            *([value.name for value in d.values] for d in open_dimensions)
        ):
            given = dict(zip(names, values, strict=True))
            base = point_of(book, model.name, at, given, {})
            cut = len(base) - len(book.sums)
            for side, usage in known.items():
                point = (*base[:cut], *side)
                found.setdefault(point, Request(point, model.name, instant, given, usage))
    assert all(name in index for request in found.values() for name in request.usage)
    return found


def quantities(book: m.Book, usage: dict[str, Quantity]) -> dict[int, Quantity]:
    """Quantities by the index of their meter."""
    index = {meter.name: number for number, meter in enumerate(book.meters)}
    return {index[name]: quantity for name, quantity in usage.items()}
