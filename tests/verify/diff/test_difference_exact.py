"""`diff` is exact: it says something of two books exactly where some request can tell them apart.

The judge is `rating.cells`, asked for one cell at a time, of each book by itself;
it shares no code with the joint space.
"""

from __future__ import annotations

import datetime
import functools
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from attrs import evolve, frozen

from pricelang.check.book_files import Layer
from pricelang.check.files import read_layers
from pricelang.compile.book import check_layers
from pricelang.evaluate.combination import Combination, cell_at
from pricelang.evaluate.line_rates import Rate
from pricelang.model import book as m
from pricelang.model.errors import NotOffered, Refused
from pricelang.model.space import point_mask
from pricelang.verify.diff import two_books
from pricelang.verify.diff.aligned_books import join
from pricelang.verify.diff.aligned_space import Joint
from pricelang.verify.diff.book_view import BookView
from pricelang.verify.diff.boxes import ChangeBox
from pricelang.verify.diff.change import Change
from pricelang.verify.diff.difference import compare
from tests.generators import write_book
from tests.verify import checked

Point = tuple[int, ...]


# ---- the judge -----------------------------------------------------------------------------------


def book_point(book: m.Book, joint: Joint, point: Point) -> Point | None:
    """A joint point in the space of a book, by names and dates;
    None where the book does not know it.
    """
    names = {dimension.name: number for number, dimension in enumerate(joint.dimensions)}
    models = [model.name for model in book.models]
    name = joint.models[point[0]]
    instant = joint.boundaries[point[1] - 1] if point[1] else -(1 << 62)
    found = [
        models.index(name) if name in models else -1,
        sum(boundary <= instant for boundary in book.boundaries),
    ]
    for dimension in book.dimensions:
        held = joint.dimensions[names[dimension.name]].values[point[2 + names[dimension.name]]]
        values = [value.name for value in dimension.values]
        found.append(values.index(held) if held in values else -1)
    known = {dimension.name for dimension in book.dimensions}
    for number, other in enumerate(joint.dimensions):
        if other.name not in known and other.values[point[2 + number]] != other.default:
            return None
    for summed in book.sums:
        meters = tuple(sorted(book.meters[meter].name for meter in summed.meters))
        place = next(n for n, other in enumerate(joint.sums) if other.meters == meters)
        side = point[2 + len(joint.dimensions) + place]
        amount = joint.sums[place].limits[side - 1] + 1 if side else 0
        found.append(sum(amount > limit for limit in summed.limits))
    return None if -1 in found else tuple(found)


def answer(book: m.Book, joint: Joint, point: Point) -> object:
    """Everything that a cell says of amounts and outcomes, by name; what is free says no more."""
    own = book_point(book, joint, point)
    if own is None:
        return "not offered"
    try:
        cell = cell_at(book, own)
    except NotOffered:
        return "not offered"
    except Refused:
        return "refused"
    rates = {name: rate for name, rate in cell.rates.items() if isinstance(rate, Rate)}
    money = cell.conversion and (cell.conversion.currency, cell.conversion.rate)
    if cell.free is not None:
        return "free", frozenset(rates), money, left_out(book, cell)
    return (
        frozenset(meter_answer(book, cell, name, rate, own) for name, rate in rates.items()),
        money,
        left_out(book, cell),
        tuple(sorted(step.value for step in cell.extras)),
        tuple((step.kind, step.value) for step in cell.floors),
        *(
            (r.step, r.currency, r.mode) if r is not None else None
            for r in (cell.line_rounding, cell.total_rounding)
        ),
    )


def left_out(book: m.Book, cell: Combination, meter: str | None = None) -> tuple[str, ...]:
    """What belongs to an account, of every request or where a meter is used."""
    return tuple(
        one.text
        for one in cell.left_out
        if (None if one.meter is None else book.meters[one.meter].name) == meter
    )


def meter_answer(book: m.Book, cell: Combination, name: str, rate: Rate, point: Point) -> object:
    if rate.free is not None:
        return name, "free"
    tiers = []
    for charge in book.charges:
        if book.meters[charge.meter].name == name:
            held = [
                price
                for price in charge.prices
                if all(mask >> point[axis] & 1 for axis, mask in price.scope)
            ]
            tiers = sorted(
                (price.after, price.account, price.amount / price.size)
                for price in held
                if price.after is not None
            )
    return (
        name,
        rate.unit_price,
        rate.minimum and rate.minimum.quantity,
        left_out(book, cell, name),
        tuple(tiers),
    )


def samples(joint: Joint, number: int, seed: int) -> Iterator[Point]:
    """Random points, most values the default."""
    chance = random.Random(seed)
    for _ in range(number):
        point = [chance.randrange(len(joint.models)), chance.randrange(joint.sizes[m.DATES])]
        for dimension in joint.dimensions:
            default = dimension.values.index(dimension.default)
            point.append(
                default if chance.random() < 0.7 else chance.randrange(len(dimension.values))
            )
        point += [chance.randrange(len(summed.limits) + 1) for summed in joint.sums]
        yield tuple(point)


@frozen
class Verdict:
    """What `compare` said, and whether a sampled request,
    or the one that a sentence stands for, can tell.
    """

    changes: tuple[Change, ...]
    told: Point | None
    untold: tuple[object, ...]


def judged(old: m.Book, new: m.Book, number: int, seed: int = 0) -> Verdict:
    """Compares two books, and asks both for sampled cells
    and for those that each sentence stands for.
    """
    seen: list[tuple[Any, ChangeBox, Joint]] = []
    real = two_books.changes

    def spy(joint: Joint, root: int) -> Iterator[tuple[Any, list[ChangeBox]]]:
        for leaf, boxes in real(joint, root):
            seen.extend((leaf, box, joint) for box in boxes)
            yield leaf, boxes

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(two_books, "changes", spy)
        changes = compare(old, new)
    joint = join(old, new, None, None)[0].joint
    told = next(
        (p for p in samples(joint, number, seed) if answer(old, joint, p) != answer(new, joint, p)),
        None,
    )
    return Verdict(
        changes,
        told,
        tuple((leaf, box) for leaf, box, space in seen if not shows(old, new, space, leaf, box)),
    )


def shows(old: m.Book, new: m.Book, joint: Joint, leaf: Any, box: ChangeBox) -> bool:
    """Whether the request that stands for a sentence has another answer in each book.
    Names of models are left aside.
    """
    if any(x is None or (isinstance(x, str) and x in joint.models) for x in leaf) and all(
        x is None or isinstance(x, str) for x in leaf
    ):
        return True  # an alias, which no cell knows
    points = [box.sample]
    if leaf in (
        ("yes", "no"),
        ("no", "yes"),
    ):  # a value that came or went: its own dimension is not part of the box
        points += [
            (*box.sample[: 2 + n], value, *box.sample[3 + n :])
            for n, d in enumerate(joint.dimensions)
            for value in range(len(d.values))
        ]
    return any(answer(old, joint, point) != answer(new, joint, point) for point in points)


def test_the_judge_tells_books_apart() -> None:
    texts = next(
        texts
        for seed in range(50)
        if checked(texts := write_book(seed)).book is not None and len(texts) == 1
    )
    old, new = (
        checked(texts).book,
        checked(
            (
                re.sub(
                    r"\$\d+ per 1,000 requests",
                    "$77 per 1,000 requests",
                    texts[0].replace("$10 per", "$77 per"),
                ),
            )
        ).book,
    )
    assert old is not None
    assert new is not None
    verdict = judged(old, new, 50)
    assert verdict.told is not None
    assert verdict.changes
    assert verdict.untold == ()
    assert judged(old, old, 50) == Verdict((), None, ())


# ---- generated books -----------------------------------------------------------------------------

SWAPS = {
    "no effect": "refuse",
    "refuse": "no effect",
    "standard": "batch",
    "batch": "priority",
    "over": "up to",
    "up to": "over",
    "m-0": "m-1",
    "m-1": "m-0",
    "input": "output",
    "output": "input",
    "half_even": "half_up",
    "half_up": "down",
    "down": "half_even",
    "at least": "at most",
    "at most": "at least",
    "derived": "not offered",
    "not offered": "derived",
    "for": "except for",
}
TOKEN = re.compile(r"\d{4}-\d\d-\d\d|\d+(?:\.\d+)?|" + "|".join(rf"\b{word}\b" for word in SWAPS))


def slip(texts: tuple[str, ...], chance: random.Random) -> tuple[str, ...] | None:
    """The texts with one token another, or one line gone."""
    at = chance.randrange(len(texts))
    rows = texts[at].split("\n")
    place = chance.randrange(min(2, len(rows) - 1), len(rows))
    if chance.random() < 0.15:
        del rows[place]
    else:
        tokens = list(TOKEN.finditer(rows[place]))
        if not tokens:
            return None
        token = chance.choice(tokens)
        word = token.group()
        if "-" in word and word[0].isdigit():
            new = chance.choice(
                ["2026-01-01", "2026-02-01", "2026-03-15", "2026-04-01", "2026-07-01"]
            )
        else:
            new = SWAPS.get(word) or chance.choice(
                [word + "5" if "." in word else word + ".5", str(int(float(word)) + 1), "2"]
            )
        rows[place] = rows[place][: token.start()] + new + rows[place][token.end() :]
    return (*texts[:at], "\n".join(rows), *texts[at + 1 :])


@pytest.mark.campaign
@pytest.mark.parametrize("part", range(4))
def test_generated_books(part: int) -> None:
    """Says nothing exactly where nothing can be told;
    each sentence stands for a request that can tell.
    """
    seen: Counter[str] = Counter()
    for seed in range(part * 1000, part * 1000 + 64):
        texts = write_book(seed)
        base = checked(texts).book
        if base is None:
            continue
        assert compare(base, base) == ()
        chance = random.Random(seed)
        for _ in range(3):
            other = slip(texts, chance)
            slipped = checked(other).book if other is not None else None
            if slipped is None:
                continue
            verdict = judged(base, slipped, 60, seed)
            seen["changed" if verdict.changes else "same"] += 1
            assert verdict.changes or verdict.told is None, (seed, other)
            assert verdict.untold == (), (seed, other, [change.text for change in verdict.changes])
            assert all(change.old != change.new for change in verdict.changes), (seed, other)
    assert seen["changed"] > 15
    assert seen["same"] > 1


# ---- the shipped book ----------------------------------------------------------------------------

DATE, MONEY = re.compile(r"\b20\d\d-\d\d-\d\d\b"), re.compile(r"\$[\d,]+(?:\.\d+)?")
NUMBER = re.compile(r"(?<![\w.:@/$-])\d[\d,]*(?:\.\d+)?(?![\w:@/-]|\.\w)")
WORDS = [
    (r"\bno effect\b", "refuse"),
    (r"(?<=otherwise )refuse\b", "no effect"),
    (r"(?<=\| )not offered\b", "derived"),
    (r"\bexcept for\b", "for"),
    (r"(?<!except )\bfor(?= )", "except for"),
    (r"\bover(?= \d)", "up to"),
    (r" or multi_region", ""),
    (r"\bmanaged_agents\b", "messages"),
    (r"\bbatch(?= )", "priority"),
    (r"\bbedrock\b", "foundry"),
    (r"\bprompt(?= for)", "input"),
    (r"\btokens(?= for)", "prompt"),
    (r"\berrored\b", "served"),
    (r"claude-opus-4-6(?=, )", "claude-opus-4-7"),
]
SPEAKING = ("examples/", "claims.price", "book.price", "figures.price")
"""Files that price nothing."""


def blanked(text: str) -> str:
    """The text with comments, strings, notes and what is only said (announcements,
    groups for claims) as spaces.
    """
    idle = r'"(?:[^"\\\n]|\\.)*"|#.*|^note .*|^group own_read_price .*|^rates per MTok announced .*\n(?:  \|.*\n)*'
    return re.sub(
        idle, lambda found: re.sub(r"[^\n]", " ", found.group()), text, flags=re.MULTILINE
    )


@functools.cache
def slips() -> tuple[tuple[str, int, str, str], ...]:
    """Each one-token change of a file that prices: file, place, old, new."""
    changes: list[tuple[re.Pattern[str], Callable[[str], str]]] = [
        (MONEY, next_digit),
        (DATE, lambda date: str(datetime.date.fromisoformat(date) + datetime.timedelta(days=1))),
        (NUMBER, next_digit),
        *((re.compile(old), lambda _, new=new: new) for old, new in WORDS),  # type: ignore[misc]
    ]
    found = []
    for file in shipped()[0].files:
        if not file.name.partition("/")[2].startswith(SPEAKING):
            for pattern, change in changes:
                for token in pattern.finditer(blanked(file.text)):
                    found.append((file.name, token.start(), token.group(), change(token.group())))
    return tuple(sorted(set(found)))


def next_digit(written: str) -> str:
    at = max(place for place, char in enumerate(written) if char.isdigit())
    return written[:at] + str((int(written[at]) + 1) % 10 or 1) + written[at + 1 :]


@functools.cache
def shipped() -> tuple[Layer, ...]:
    """The shipped book without its claims and examples,
    which would catch most slips before `diff` sees them.
    """

    def bare(name: str) -> bool:
        return "/examples/" in name or name.endswith("/claims.price")

    return tuple(
        Layer(tuple(evolve(file, text="") if bare(file.name) else file for file in layer.files))
        for layer in read_layers("anthropic")
    )


@pytest.mark.campaign
def test_a_slip_in_the_shipped_book_is_noticed_every_time() -> None:
    """Dozens of slips that leave a valid book;
    one that goes unsaid moves no request, as many of them as can be sampled.
    """
    base = check_layers(shipped()).book
    assert base is not None
    seen: Counter[str] = Counter()
    chosen = random.Random(7).sample(slips(), 40)
    for name, place, old, new in chosen:
        files = []
        for file in shipped()[0].files:
            if file.name == name:
                assert file.text[place : place + len(old)] == old
                file = evolve(file, text=file.text[:place] + new + file.text[place + len(old) :])
            files.append(file)
        slipped = check_layers((Layer(tuple(files)),)).book
        if slipped is None:
            seen["refused by the check"] += 1
            continue
        verdict = judged(base, slipped, 60)
        title = f"{name}:{line_of(name, place)}: `{old}` to `{new}`"
        assert verdict.untold == (), title
        if (
            not verdict.changes
        ):  # such as a row that begins before the release of its model: looked at once more
            assert judged(base, slipped, 500, 1).told is None, title
        seen["said" if verdict.changes else "unsaid"] += 1
    assert seen["said"] > 14


def line_of(name: str, place: int) -> int:
    text = next(file.text for file in shipped()[0].files if file.name == name)
    return text.count("\n", 0, place) + 1


# ---- scale ---------------------------------------------------------------------------------------


def wide_book(models: int, multipliers: int) -> str:
    """Many models under many multipliers that know nothing of each other:
    2 to the power of them all stacks.
    """
    rows = ["book wide in USD", "unit MTok is 1,000,000 tokens"]
    for n in range(multipliers):
        rows += [f"dimension d{n} default low", "  low, high"]
    rows += ["meter input, output in tokens", "models", "  | model | released |"]
    days = [f"{2020 + n % 5}-{1 + n % 12:02}-01" for n in range(models)]
    rows += [f"  | m-{n} | {day} |" for n, day in enumerate(days)]
    rows += ["rates per MTok", "  | model | from | input | output |"]
    rows += [
        f"  | m-{n} | {day} | ${100 + n}.00 | ${5 * (100 + n)}.00 |" for n, day in enumerate(days)
    ]
    for n in range(multipliers):
        own = f"m-{n}, m-{n + 20}, m-{n * 7 + 3}"
        rows += [
            f"multiplier f{n}",
            f"  when d{n} is high",
            f"  x 1.{n + 1:02} on tokens for {own} from 2024-01-01",
            f"  x 2.{n + 1:02} on tokens except for {own}",
            '  otherwise no effect because "none"',
        ]
    rows.append("stack " + ", ".join(f"f{n}" for n in range(multipliers)))
    return "\n".join(rows) + "\n"


@pytest.mark.campaign
def test_many_models_under_many_multipliers(capsys: pytest.CaptureFixture[str]) -> None:
    """2,500 models x 20 multipliers; the time is printed (`-s`), not judged."""
    text = wide_book(2500, 20)
    old = checked((text,)).book
    assert old is not None
    for was, now, expected in (
        (
            "$1000.00 | $5000.00 |",
            "$1100.00 | $5000.00 |",
            ["input of `m-900`: $1,000 -> $1,100 per MTok (+10%)"],
        ),
        (
            "x 2.05 on",
            "x 2.5 on",
            [
                "d4 high: `f4` was x 2.05 on input, output, now x 2.5 on input, output, all models but `m-31`, `m-24`, `m-4`"
            ],
        ),
        (
            "m-38 from 2024-01-01",
            "m-38 from 2024-02-01",
            [
                "from 2024-01-01 before 2024-02-01, d5 high: `f5` was x 1.06 on input, output, now no effect, `m-25`, `m-5`, `m-38`"
            ],
        ),
        ("x 2.", "x 3.", None),
    ):
        new = checked((text.replace(was, now),)).book
        assert new is not None
        start = time.perf_counter()
        found = compare(old, new)
        with capsys.disabled():
            print(f"`{was}` to `{now}`: {time.perf_counter() - start:.2f} s")
        assert (
            [change.text for change in found] == expected
            if expected is not None
            else len(found) == 20
        )


def test_too_much_to_multiply_out_is_said() -> None:
    """Twenty factors, half of them dearer and half cheaper by other models:
    what may cancel is left undecided, and is said.
    """
    text = wide_book(160, 20)
    old, new = (
        checked((text,)).book,
        checked(
            (
                re.sub(
                    r"x 2\.(\d[02468]) on",
                    r"x 1.9\1 on",
                    re.sub(r"x 2\.(\d[13579]) on", r"x 2.9\1 on", text),
                ),
            )
        ).book,
    )
    assert old is not None
    assert new is not None
    found = compare(old, new)
    assert [change.kind for change in found] == ["modifier"] * 20 + ["remark"]


def test_one_space_is_the_union_of_both() -> None:
    """Limits of one sum in two books part its axis together,
    and a point of it is the right side of each.
    """
    texts = [
        "book a in USD\nmeter input in tokens\nmodels\n  | model | released |\n  | m-1 | 2026-01-01 |\nrates per token\n"
        f"  | model | from | input |\n  | m-1 | 2026-01-01 | $1 |\nmultiplier long\n  x 2 on input when input over {limit}\n"
        for limit in (100, 300)
    ]
    old, new = (checked((text,)).book for text in texts)
    assert old is not None
    assert new is not None
    left, right = join(old, new, None, None)
    assert left.joint.sums[0].limits == (100, 300)
    axis = len(left.joint.sizes) - 1
    assert [side.spread(axis, 0b10) for side in (left, right)] == [
        point_mask([1, 2]),
        point_mask([2]),
    ]
    assert isinstance(left, BookView)
    assert [change.text for change in compare(old, new)] == [
        "input over 100 up to 300: `long` was x 2 on input, now no effect"
    ]
