"""The shipped book under mutation:
a wrong number, scope, date or outcome is noticed by its faults, claims or examples.
"""

from __future__ import annotations

import datetime
import functools
import os
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from attrs import evolve, frozen

import pricelang
from pricelang.check.book_files import Layer
from pricelang.check.files import read_layers
from pricelang.compile.book import check_layers
from pricelang.evaluate.examples import run_examples
from pricelang.evaluate.line_rates import Rate
from pricelang.model import book as m
from pricelang.verify.analysis import Analysis
from tests.facts.unpriced import known_rows, rows_of
from tests.verify import decide_claims

ALL = os.environ.get("MUTANTS") == "all"
SAMPLE = 60
REPORT = Path(__file__).resolve().parents[2] / "docs" / "mutants.md"
OWN_WORDS = ("claims.price", "examples/")
"""Files that say what must come out: to mutate these is to mutate the judge."""


@frozen
class Mutant:
    """One change of one token. `kind` is number, date, scope or outcome;
    `start` and `end` are places in the text.
    """

    file: str
    line: int
    start: int
    end: int
    kind: str
    old: str
    new: str

    @property
    def title(self) -> str:
        return f"{self.file}:{self.line} {self.kind}: `{self.old}` to `{self.new}`"


# ---- making them ---------------------------------------------------------------------------------

DATE, MONEY = re.compile(r"\b\d{4}-\d\d-\d\d\b"), re.compile(r"\$[\d,]+(?:\.\d+)?")
NUMBER = re.compile(r"(?<![\w.:@/$-])\d[\d,]*(?:\.\d+)?%?(?![\w:@/-]|\.\w)")
LIST = re.compile(r"(?:(?<= for )|(?<= is ))[\w.:@/-]+(?:, [\w.:@/-]+)*")
TEST = re.compile(r"(?<=when )\w+ is \w+(?: or \w+)*|(?<=and )\w+ is \w+(?: or \w+)*")
METERS = re.compile(r"(?<= on )(?:tokens|prompt|input|output)\b")
OTHER_METERS = {"tokens": "prompt", "prompt": "input", "input": "output", "output": "input"}
WORDS = [
    ("outcome", r"\bno effect\b", "refuse"),
    ("outcome", r"\brefuse(?= when| before| from| because| see)", "no effect"),
    ("outcome", r"\bnot offered\b", "derived"),
    ("outcome", r"(?<=\| )derived\b", "not offered"),
    ("scope", r"\bexcept for\b", "for"),
    ("scope", r"(?<!except )\bfor(?= )", "except for"),
    ("scope", r"\bover(?= \d)", "up to"),
]


def blanked(text: str) -> str:
    """The text with comments and strings replaced by spaces, every token in its place."""
    return re.sub(r'"(?:[^"\\\n]|\\.)*"|#.*', lambda found: " " * len(found.group()), text)


def next_digit(written: str) -> str:
    """A number with its last digit one higher: the smallest slip of a hand."""
    at = max(place for place, char in enumerate(written) if char.isdigit())
    return written[:at] + str((int(written[at]) + 1) % 10 or 1) + written[at + 1 :]


def next_day(written: str) -> str:
    return (datetime.date.fromisoformat(written) + datetime.timedelta(days=1)).isoformat()


def mutants_of(
    name: str, text: str, models: tuple[str, ...], values: dict[str, tuple[str, ...]]
) -> Iterator[Mutant]:
    """Every mutant of a file, in the order of places."""
    bare = blanked(text)

    def at(kind: str, start: int, old: str, new: str) -> Mutant:
        return Mutant(name, text.count("\n", 0, start) + 1, start, start + len(old), kind, old, new)

    simple: list[tuple[str, re.Pattern[str], Callable[[str], str]]] = [
        ("number", MONEY, next_digit),
        ("date", DATE, next_day),
        ("scope", METERS, OTHER_METERS.__getitem__),
    ]
    for kind, pattern, change in simple:
        yield from (
            at(kind, x.start(), x.group(), change(x.group())) for x in pattern.finditer(bare)
        )
    dates = {place for x in DATE.finditer(bare) for place in range(*x.span())}
    for x in NUMBER.finditer(bare):
        if x.start() not in dates:
            yield at("number", x.start(), x.group(), next_digit(x.group()))
    for kind, written, new in WORDS:
        yield from (at(kind, x.start(), x.group(), new) for x in re.finditer(written, bare))
    for found in LIST.finditer(bare):
        names = found.group().split(", ")
        if set(names) <= set(models):
            for number, old in enumerate(names):
                place = found.start() + len(", ".join(names[:number])) + (2 if number else 0)
                nearest = sorted(
                    models, key=lambda model: abs(models.index(model) - models.index(old))
                )
                other = next(model for model in nearest if model not in names)
                yield at("scope", place, old, other)
    for found in TEST.finditer(bare):
        dimension, _, held = found.group().partition(" is ")
        others = [value for value in values.get(dimension, ()) if value not in held.split(" or ")]
        for value in re.finditer(r"\b(?!or\b)\w+", held) if others else ():
            yield at("scope", found.end() - len(held) + value.start(), value.group(), others[-1])


@functools.cache
def shipped() -> tuple[Layer, ...]:
    return read_layers("anthropic")


@functools.cache
def mutants() -> tuple[Mutant, ...]:
    """All of them, in a fixed order."""
    book = pricelang.load().checked
    values = {
        dimension.name: tuple(value.name for value in dimension.values)
        for dimension in book.dimensions
    }
    models = tuple(model.name for model in book.models)
    found: list[Mutant] = []
    for file in shipped()[0].files:
        short = file.name.partition("/")[2]
        if not short.startswith(OWN_WORDS):
            found += mutants_of(file.name, file.text, models, values)
    return tuple(sorted(found, key=lambda mutant: (mutant.file, mutant.start, mutant.new)))


def mutated(mutant: Mutant) -> tuple[Layer, ...]:
    """The files of the book with one mutant in place."""
    files = []
    for file in shipped()[0].files:
        if file.name == mutant.file:
            assert file.text[mutant.start : mutant.end] == mutant.old
            file = evolve(
                file, text=file.text[: mutant.start] + mutant.new + file.text[mutant.end :]
            )
        files.append(file)
    return (Layer(tuple(files)),)


SILENT = {
    "source": "the day on which a source was read: no amount comes from it",
    "figures": "a figure prices nothing; no example can ask for it",
    "note": "a note stands on bills and changes no amount",
}


@functools.cache
def statements(name: str) -> tuple[str, ...]:
    """The first word of the statement that each line of a file belongs to."""
    words, found = "", []
    for row in next(file.text for file in shipped()[0].files if file.name == name).split("\n"):
        words = row if row[:1].isalpha() else words
        found.append(words)
    return tuple(found)


def silent(mutant: Mutant) -> str:
    """Why a mutant cannot move an amount or an outcome, told from where it stands;
    nothing where it can.
    """
    statement = statements(mutant.file)[mutant.line - 1]
    word = statement.split()[0]
    if word == "models" and mutant.kind == "date":
        text = next(file.text for file in shipped()[0].files if file.name == mutant.file)
        column = text[text.rfind("\n", 0, mutant.start) : mutant.start].count("|")
        return "" if column == 2 else "a day of deprecation or retirement: only a note says so"
    if " announced " in statement:
        return "a price that was announced and withdrawn prices nothing"
    return SILENT.get(word, "")


def same_amounts(mutant: Mutant) -> bool:
    """Whether no request can tell the book from its mutant:
    the same rules, and the same prices of all names on all days.

    The prices of the tables depend on the model and the day alone;
    what else a request says, only rules look at.
    """
    found = [check_layers(layers).book for layers in (shipped(), mutated(mutant))]
    books = [book for book in found if book is not None]
    if len(books) < 2 or rules(books[0]) != rules(books[1]):
        return False
    days = sorted({day for book in books for day in book.boundaries})
    names = dict.fromkeys(
        [*(model.name for model in books[0].models), *(alias.name for alias in books[0].aliases)]
    )
    old, new = (pricelang.Book(book) for book in books)
    return all(prices(old, name, day) == prices(new, name, day) for name in names for day in days)


def prices(book: pricelang.Book, name: str, at: int) -> object:
    """The unit price of each meter of a model or an alias, or that it is not offered."""
    try:
        cell = (
            book.price(model=name, at=datetime.datetime.fromtimestamp(at, datetime.UTC), usage={})
            .parts[0]
            .cell
        )
    except pricelang.PriceError as error:
        return error.code
    return [
        (meter, rate.unit_price if isinstance(rate, Rate) else None)
        for meter, rate in cell.rates.items()
    ]


def rules(book: m.Book) -> object:
    """Everything but the tables, with days in seconds."""

    def where(scope: m.Scope) -> object:
        return tuple(
            (axis, periods(book, mask) if axis == m.DATES else mask) for axis, mask in scope
        )

    return (
        [
            (x.name, line.outcome, line.otherwise, line.factors, where(line.scope))
            for x in book.modifiers
            for line in x.lines
        ],
        [(v.name, [where(o.scope) for o in v.offers]) for d in book.dimensions for v in d.values],
        [(x.name, [where(o.scope) for o in x.offers]) for x in book.meters],
        [[(p.amount, p.size, where(p.scope)) for p in x.prices] for x in book.charges],
        [[(p.quantity, where(p.scope)) for p in (*x.minimums, *x.pools)] for x in book.charges],
        [[where(o.scope) for o in x.free] for x in book.charges],
        [(x.left, x.right, where(x.scope)) for x in book.exclusions],
        [where(x.scope) for x in (*book.refusals, *book.free)],
        [(x.meters, x.limits) for x in book.sums],
    )


def periods(book: m.Book, mask: int) -> object:
    """Stretches of time as half-open periods in UTC seconds,
    those that follow each other as one.
    """
    ends = [None, *book.boundaries, None]
    held = [number for number in range(len(book.boundaries) + 1) if mask >> number & 1]
    starts = [ends[n] for n in held if n - 1 not in held]
    return tuple(starts), tuple(ends[n + 1] for n in held if n + 1 not in held)


# ---- noticing them -------------------------------------------------------------------------------


def noticed_by(layers: tuple[Layer, ...]) -> str:
    """`check`, `audit` or `test`: the first command that fails on a book;
    nothing where none does.
    """
    checked = check_layers(layers)
    if checked.book is None:
        return "check"
    if not all(verdict.holds for verdict in decide_claims(Analysis(checked.book))):
        return "audit"
    book, examples = pricelang.Book(checked.book), checked.book.examples
    for start in range(0, len(examples), 40):  # a few at a time: one that fails is enough
        if not all(result.passed for result in run_examples(book, examples[start : start + 40])):
            return "test"
    return ""


def judged(mutant: Mutant) -> tuple[Mutant, str]:
    """A mutant with what notices it, or why nothing does;
    where nothing is priced, it may be the rows of tests/facts.
    """
    if silent(mutant):
        checked = check_layers(mutated(mutant))
        if checked.book is None:
            return mutant, "check, unpriced"
        noticed = rows_of(checked.book) != known_rows()
        return mutant, "facts" if noticed else f"silent: {silent(mutant)}"
    by = noticed_by(mutated(mutant))
    return mutant, by or ("same amounts" if same_amounts(mutant) else "survives")


# ---- tests ---------------------------------------------------------------------------------------


def test_the_book_itself_is_clean() -> None:
    assert noticed_by(shipped()) == ""


def test_there_are_mutants_of_every_kind() -> None:
    kinds = Counter(mutant.kind for mutant in mutants())
    assert min(kinds[kind] for kind in ("number", "date", "scope", "outcome")) > 20
    assert len({mutant.file for mutant in mutants()}) == 8
    assert len(set(mutants())) == len(mutants())


@pytest.mark.campaign
@pytest.mark.skipif(ALL, reason="all of them are tried instead")
def test_a_sample_is_noticed() -> None:
    able = [mutant for mutant in mutants() if not silent(mutant)]
    sample = random.Random(3).sample(able, SAMPLE)
    survivors = [
        mutant for mutant in sample if not noticed_by(mutated(mutant)) and not same_amounts(mutant)
    ]
    assert len(survivors) <= SAMPLE * 5 // 100, [mutant.title for mutant in survivors]


@pytest.mark.skipif(not ALL, reason="set MUTANTS=all to try all of them")
def test_all_are_noticed() -> None:
    """Writes the report of docs/mutants.md."""
    with ProcessPoolExecutor(max_workers=2) as pool:
        verdicts = list(pool.map(judged, mutants(), chunksize=8))
    able = [
        (mutant, by)
        for mutant, by in verdicts
        if not by.startswith("silent: ") and by not in ("facts", "check, unpriced")
    ]
    survivors = [mutant for mutant, by in able if by == "survives"]
    REPORT.write_text(report(verdicts), encoding="utf-8")
    assert len(survivors) <= 0.05 * len([by for _, by in able if by != "same amounts"])
    meant = [by for _, by in verdicts if by != "same amounts"]
    assert sum(by == "survives" or by.startswith("silent: ") for by in meant) <= 0.05 * len(meant)


@pytest.mark.campaign
def test_a_sample_of_what_prices_nothing_is_noticed() -> None:
    quiet = [mutant for mutant in mutants() if silent(mutant)]
    found = [judged(mutant) for mutant in random.Random(5).sample(quiet, 20)]
    lost = [mutant for mutant, by in found if by not in ("facts", "check, unpriced")]
    # how often a source is read: `test_how_often_sources_are_read`
    lost = [mutant for mutant in lost if "every 30 days" not in line_of(mutant)]
    assert [mutant.title for mutant in lost] == []


def line_of(mutant: Mutant) -> str:
    text = next(file.text for file in shipped()[0].files if file.name == mutant.file)
    return text[text.rfind("\n", 0, mutant.start) + 1 : text.find("\n", mutant.start)]


def test_how_often_sources_are_read() -> None:
    rows = [row for file in shipped()[0].files for row in file.text.split("\n")]
    often = [row.rpartition(" every ")[2] for row in rows if row.startswith("source ")]
    assert {said for said in often if said.endswith("days")} == {"30 days"}


def report(verdicts: list[tuple[Mutant, str]]) -> str:
    """The numbers by what noticed a mutant, and every one that nothing notices with the reason."""
    count = Counter(by.partition(":")[0] for _, by in verdicts)
    able = sum(count[by] for by in ("check", "audit", "test", "survives"))
    meant, lost = len(verdicts) - count["same amounts"], count["survives"] + count["silent"]
    lines = [
        "# Mutants of the shipped book",
        "",
        "Would a wrong line in the book of Claude prices be noticed? This page measures it. A mutant is a copy of `rules/anthropic/` with one",
        "change: the last digit of a number is one higher, a day is one later, a model, value or meter is another one, `no effect` becomes",
        "`refuse`, `not offered` becomes `derived`, `for` becomes `except for`. Claims and examples are left as they are.",
        "`MUTANTS=all pytest tests/verify/test_mutants.py` tries all mutants and writes this page. [Coverage](coverage.md) says",
        "which rules of a book its examples exercise.",
        "",
        "| what happens to the mutant | mutants |",
        "| --- | --- |",
        f"| noticed by `pricelang check` | {count['check']} |",
        f"| noticed by `pricelang audit` (a claim fails) | {count['audit']} |",
        f"| noticed by `pricelang test` (an example fails) | {count['test']} |",
        f"| survives | {count['survives']} |",
        f"| changes no amount of any model on any day | {count['same amounts']} |",
        f"| stands where nothing is priced: noticed by `pricelang check` | {count['check, unpriced']} |",
        f"| stands where nothing is priced: noticed by the rows of `tests/facts/unpriced.csv` | {count['facts']} |",
        f"| stands where nothing is priced, and nothing notices it | {count['silent']} |",
        "",
        f"Of the {able} that can move an amount or an outcome, {able - count['survives']} are noticed: "
        f"{100 * (able - count['survives']) / able:.1f}%.",
        "",
        f"Of all {meant} that mean anything (all {len(verdicts)} but those that change no amount), "
        f"{meant - lost} are noticed by check, audit, test or the facts: {100 * (meant - lost) / meant:.1f}%. "
        f"By `check`, `audit` and `test` alone, which is all that a book's owner has: {meant - lost - count['facts']}, "
        f"{100 * (meant - lost - count['facts']) / meant:.1f}%. No example can ask for a figure. The rows of `tests/facts` are a",
        "second entry of what was read: they notice a slip in one of the two, and not a page that was read wrongly.",
        "",
    ]
    for title, wanted in (
        ("Survivors", "survives"),
        ("Mutants that change no amount", "same amounts"),
    ):
        lines += [
            f"## {title}",
            "",
            *(f"- {mutant.title}" + why(mutant, by) for mutant, by in verdicts if by == wanted),
            "",
        ]
    reasons = Counter(
        (mutant.file, by.partition(": ")[2]) for mutant, by in verdicts if by.startswith("silent")
    )
    if reasons:
        lines += ["## Mutants where nothing is priced", ""]
    lines += [
        f"- {number} in {file}: {reason}" for (file, reason), number in sorted(reasons.items())
    ]
    return "\n".join(lines).rstrip("\n") + "\n"


def why(mutant: Mutant, by: str) -> str:
    """A word on a mutant that nothing notices."""
    word = statements(mutant.file)[mutant.line - 1].split()[0]
    row = next(file.text for file in shipped()[0].files if file.name == mutant.file).split("\n")[
        mutant.line - 1
    ]
    if "per organization" in row:
        return " (an account's pool: no request alone shows it)"
    if word == "multiplier" and mutant.kind == "date" and f"before {mutant.old}" in row:
        return " (the same: on that day a line that comes first decides)"
    if by == "survives":
        return (
            " (no example asks by this alias on a day that tells)"
            if word == "alias"
            else " (no example stands at this edge)"
        )
    return {
        "alias": " (the other model has the same price and days)",
        "group": " (no model was released on that day)",
        "rates": " (the row repeats the price before it)"
        if mutant.kind == "date"
        else " (the meter is not offered while the row holds)",
    }.get(word, "")
