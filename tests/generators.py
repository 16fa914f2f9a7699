"""Whole books as random texts, most of them valid: to compare what two evaluators make of them."""

from __future__ import annotations

import re
from fractions import Fraction
from random import Random

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from pricelang.present.decimals import plain

DAYS = (
    "2026-01-01",
    "2026-02-01",
    "2026-03-01",
    "2026-03-01 12:30",
    "2026-04-01",
    "2026-05-01",
    "2026-06-01",
)
NUMBERS = ("0.5", "2", "1.1", "0.125", "3", "1.75", "1.0625")
VALUES = {
    "tier": ("batch", "priority"),
    "geo": ("us", "eu"),
    "plat": ("bed",),
    "hours": ("off",),
    "outcome": ("errored", "canceled"),
}
WHY = 'because "so it is"'


def factor(number: str, meters: str) -> str:
    """A factor, now and then written as what is taken off."""
    return f"87.5% off {meters}" if number == "0.125" else f"x {number} on {meters}"


class Pen:
    """Writes one book, drawing from a seed:
    hypothesis would vary one book over and over, and these should differ.
    """

    def __init__(self, seed: int) -> None:
        self.random, self.lines = Random(seed), ["book gen in USD", "unit MTok is 1,000,000 tokens"]
        self.other = Random(f"tiers {seed}")  # so that books without tiers stay as they were
        self.models = [f"m-{number}" for number in range(self.number(2, 4))]
        self.dimensions = self.random.sample(["geo", "plat", "tier"], self.number(1, 3))
        self.dimensions += ["outcome"] if self.maybe(40) else []
        self.names: list[str] = []
        self.on_price: list[str] = []
        self.prices: dict[str, tuple[str, str]] = {}

    def pick(self, *choices: str) -> str:
        return self.random.choice(choices)

    def number(self, least: int, most: int) -> int:
        return self.random.randint(least, most)

    def maybe(self, percent: int) -> bool:
        return self.random.random() * 100 < percent

    def some(self, choices: list[str]) -> str:
        return ", ".join(self.random.sample(choices, self.number(1, 2)))

    def money(self) -> str:
        return "$" + self.pick("1", "4", "0.25", "10", "2.50", "0.30", "0.07")

    def test(self) -> str:
        name = self.pick(*self.dimensions)
        values = self.random.sample(VALUES[name], self.number(1, len(VALUES[name])))
        return f"{name} is {' or '.join(values)}"

    def threshold(self) -> str:
        meters = self.pick("input", "input", "output", "input + output", "both", "calls")
        return (
            f"{meters} {self.pick('over', 'over', 'up to')} {self.pick('100', '1,000', '200,000')}"
        )

    def period(self) -> str:
        start = self.number(0, len(DAYS))
        end = self.number(start + 1, len(DAYS) + 1)
        first = f"from {DAYS[start]}" if start < len(DAYS) and self.maybe(60) else ""
        return f"{first} {f'before {DAYS[end]}' if end < len(DAYS) and self.maybe(60) else ''}"

    def scope(self, threshold: bool = True) -> str:
        parts = []
        if self.maybe(35):
            parts.append(
                f"for {self.some(self.models)}"
                if self.maybe(70)
                else f"except for {self.models[0]}"
            )
        tests = [self.test()] if self.maybe(25) else []
        tests += [self.threshold()] if threshold and self.maybe(15) else []
        parts += [f"when {' and '.join(tests)}"] if tests else []
        return " ".join([*parts, self.period() if self.maybe(35) else ""])

    def part(self, *models: str) -> str:
        """A scope that leaves something over on every day: one of some models, or a condition."""
        return f"for {self.pick(*models)}" if self.maybe(60) else f"when {self.test()}"

    def factors(self) -> str:
        if self.maybe(30):
            one, other = self.pick(*NUMBERS), self.pick(*NUMBERS)
            return f"{factor(one, 'input')} and {factor(other, 'output')}"
        number = self.pick(*NUMBERS)
        meters = self.pick("tokens", "input", "both", "output, calls", "time", "requests")
        return factor(number, meters)

    # ---- statements ----

    def request(self) -> None:
        for name in self.dimensions:
            self.lines += [f"dimension {name} default standard", "  standard"]
            for value in VALUES[name]:
                others = [other for other in self.dimensions if other < name]
                when = f"when {others[0]} is standard" if others and self.maybe(20) else ""
                self.lines.append(
                    f"  {value}  {when} {f'from {self.pick(*DAYS[:3])}' if self.maybe(20) else ''}"
                )
        if self.maybe(25):
            clock = self.pick(
                "from 16:30 before 00:30",
                "from 08:00 before 12:00",
                "from 22:00 before 06:15 on weekdays in America/New_York",
                "from 01:00 before 04:00, from 06:00 before 10:00 on weekdays\n"
                "  off  from 23:00 before 02:15 on saturday",
                "on weekends in Australia/Lord_Howe",
                "from 00:30 before 03:00, from 20:00 before 24:00 on sunday, monday in Europe/Berlin",
            )
            rest = self.pick("peak", "peak otherwise")
            self.lines += ["dimension hours default peak", f"  {rest}", f"  off  {clock}"]
            self.dimensions.append("hours")
        self.lines += [
            "meter input, output, cache in tokens",
            "meter calls in requests",
            "meter time in hours",
        ]
        self.lines.append(
            f"meter store in gigabyte_months {self.pick('', '', 'from 2026-02-01', f'when {self.test()}')}"
        )
        self.lines.append("group both is input, output")

    def tables(self) -> None:
        days = [self.pick(*DAYS[:3]) for _ in self.models]
        self.lines += ["models", "  | model | released |"]
        self.lines += [
            f"  | {model} | {day} |" for model, day in zip(self.models, days, strict=True)
        ]
        if self.maybe(40):
            day = self.pick(*DAYS[3:5])  # when the first model is out
            self.lines += [f"alias latest is m-0 before {day}", f"alias latest is m-1 from {day}"]
        self.lines += [
            f"rates per {self.pick('MTok', 'MTok', '1,000 tokens')}",
            "  | model | from | input | output | cache |",
        ]
        factor = self.pick("0.1", "1.25", "2")
        special = (
            f"  except 0.2 x {self.pick('input', 'output')} {self.part(self.models[-1])}"
            if self.maybe(30)
            else ""
        )
        for model, day in zip(self.models, days, strict=True):
            first, output = self.money(), self.money()
            derived = plain(Fraction(first[1:]) * Fraction(factor))
            published = "derived" if special else f"$0.03 instead of ${derived}"
            cache = self.pick(
                "derived",
                "derived",
                "not offered",
                f"${derived}" if not special else "derived",
                published,
            )
            if model in (self.models[0], self.models[-1]) and cache == "not offered":
                cache = "derived"  # the general line and the exception have something to decide
            self.lines.append(f"  | {model} | {day} | {first} | {output} | {cache} |")
            if self.maybe(25):
                cache = self.pick("derived", "not offered")
                self.lines.append(
                    f"  | {model} | {self.pick(*DAYS[4:])} | {self.money()} | {self.money()} | {cache} |"
                )
            else:
                self.prices[model] = first, output
        self.lines += [f"derive cache is {factor} x input", special]
        if self.prices and self.maybe(25):
            model = self.pick(*self.prices)
            row = f"  | {model} | {self.pick(*DAYS[3:])} | $3 instead of {self.prices[model][1]} |"
            header, test = next(x for x in self.lines if x.startswith("rates")), self.test()
            named = re.fullmatch(r"(\w+) is (\w+)", test)
            if named is None:
                self.lines += [f"{header} when {test}", "  | model | from | output |", row]
            else:  # a column says the same
                columns = f"  | {named[1]} | model | from | output |"
                self.lines += [header, columns, f"  | {named[2]} {row.lstrip()}"]

    def charges(self) -> None:
        self.lines += [
            "charge calls",
            f"  $10 per {self.pick('1,000 requests', 'request', '3 requests')}",
        ]
        split = self.pick("", *DAYS[3:5])
        self.lines += [
            "charge time",
            f"  $0.60 per {self.pick('hour', '30 minutes', '7 minutes')} {f'before {split}' if split else ''}",
        ]
        self.lines += [f"  {self.money()} per hour from {split}"] if split else []
        self.lines += (
            [f"  at least {self.pick('90 seconds', '5 minutes', '0.1 hours')} per use"]
            if self.maybe(50)
            else []
        )
        self.lines += [f"  free {self.part(*self.models)} {WHY}"] if self.maybe(30) else []
        self.lines += ["account project", "charge store", "  $0.10 per gigabyte_month"]
        self.lines += (
            ["  $0.08 per gigabyte_month after 100 gigabyte_months per project per month"]
            if self.maybe(30)
            else []
        )
        self.lines += (
            ["  first 5 gigabyte_months free per project per month"] if self.maybe(30) else []
        )

    def ladder(self) -> None:
        """Tiers by what was used, a multiplier by tier, and now and then a commitment and a credit."""
        draw = self.other
        account = f"per project per {draw.choice(['day', 'month', 'year', 'term'])}"
        spend = draw.random() < 0.3
        counts = draw.choice(["spend", "spend on both"] if spend else ["tokens", "both", "output"])
        way = draw.choice(["", "", ", graduated", ", all units"])
        dimension = draw.choice(self.dimensions)
        tests = [f"{dimension} is {draw.choice(['standard', *VALUES.get(dimension, ())])}"]
        if dimension == "hours":
            tests = ["hours is peak"]
        whose = draw.choice(["", "", f"for {self.models[0]}", f"when {tests[0]}"])
        dates = "from 2026-02-01 before 2026-06-01" if draw.random() < 0.4 else ""
        dates = "from 2026-01-01 before 2027-01-01" if account.endswith("term") else dates
        first, second = ("$1", "$20.50") if spend else ("1 MTok", "5 MTok")
        self.lines += [
            f"tiers used {whose} {dates}",
            f"  counts {counts} {account}{way}",
            *("  low", f"  mid  after {first}", f"  high  after {second}"),
            "multiplier by_use",
            f"  {factor(draw.choice(NUMBERS), 'tokens')} when used is mid",
            f"  {factor(draw.choice(NUMBERS), 'both')} when used is {draw.choice(['high', 'high and input over 100'])}",
        ]
        self.names.append("by_use")
        if draw.random() < 0.5:
            self.lines += ["commitment agreed", "  $100 per project per month on both"]
            self.lines += ["credit launch", "  $5 per project per year"]

    def multiplier(self, name: str) -> None:
        self.names.append(name)
        conditional = self.maybe(60)
        self.lines.append(f"multiplier {name}")
        if conditional:
            self.lines.append(
                f"  when {self.test()}{f' and {self.threshold()}' if self.maybe(20) else ''}"
            )
        if self.maybe(40):  # one factor a model, so that no two lines meet
            for model in self.models[: self.number(1, 3)]:
                ends = (
                    f"before {self.pick(*DAYS[4:])} then {self.pick('refuse', 'no effect')} {WHY}"
                    if self.maybe(40)
                    else ""
                )
                self.lines.append(f"  {self.factors()} for {model} {ends}")
        else:
            self.lines.append(f"  {self.factors()} {self.scope()}")
        outcomes = (
            self.random.sample(["no effect", "refuse"], self.number(1, 2)) if self.maybe(30) else []
        )
        self.lines += [f"  {outcome} {self.scope()} {WHY}" for outcome in outcomes]
        if conditional or self.maybe(20):
            self.lines.append(
                f"  otherwise {self.pick('no effect', 'no effect', 'refuse', 'x 1.5 on tokens')} {WHY}"
            )

    def surcharge(self) -> None:
        self.names.append("fee")
        self.lines += ["surcharge fee", f"  when {self.test()}" if self.maybe(50) else ""]
        per = self.pick(
            "0.25 per MTok on output",
            "0.01 per request",
            "2 per hour on time",
            "1 per MTok on tokens",
        )
        self.lines.append(f"  ${per}")

    def limits(self) -> None:
        if self.maybe(50):
            self.on_price.append("bound")
            bound = self.pick(
                "at least $1 per MTok on output",
                "at most $3 per MTok on input",
                "at most $1 per hour on time",
            )
            self.lines += ["limit bound", f"  {bound} {self.scope()}"]
        else:
            self.lines += [
                "limit bill",
                f"  {self.pick('at least $0.50', 'at most $9')} per request {self.scope()}",
            ]

    def rest(self) -> None:
        """Exclusions, refusals, free requests, the stack, rounding and conversion."""
        if len(self.names) > 1 and self.maybe(40):
            self.lines.append(f"exclude {self.names[0]} with {self.names[1]} {self.scope()} {WHY}")
        if self.maybe(15):
            self.lines.append(f"exclude {self.names[0]} {self.pick('', '', self.scope())} {WHY}")
        if self.maybe(15):
            self.lines.append(f"refuse when {self.test()} from 2026-05-01 {WHY}")
        if self.maybe(15):
            self.lines.append(f"free when {self.pick(self.test(), self.threshold())} {WHY}")
        if "outcome" in self.dimensions:
            self.lines.append(
                f"free when outcome is {self.pick('errored', 'errored or canceled')} {self.period()} {WHY}"
            )
        self.random.shuffle(members := [*self.names, *self.on_price])
        self.lines.append(f"stack {', '.join(members)}")
        if self.maybe(35):
            mode = self.pick("half_even", "half_up", "half_down", "down")
            stage, step = (
                self.pick("unit_price", "line", "total"),
                self.pick("0.01", "0.05", "0.0025"),
            )
            self.lines.append(f"round {stage} to ${step} {mode} {self.scope()}")
        if self.maybe(15):
            self.lines.append(
                f"convert to EUR at 0.92 from 2026-03-01 {self.pick('', 'before 2026-06-01')}"
            )

    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.lines if line.strip()) + "\n"


def books() -> SearchStrategy[tuple[str, ...]]:
    """The texts of small books, most of them valid,
    now and then with that of a contract over it.
    """
    return st.integers(0, 2**64).map(write_book)


def clashing_books() -> SearchStrategy[str]:
    """The texts of books with one multiplier whose lines often leave gaps or meet."""
    return st.integers(0, 2**64).map(write_clash)


def write_book(seed: int) -> tuple[str, ...]:
    """One of `books`."""
    pen = Pen(seed)
    pen.request()
    pen.tables()
    pen.charges()
    for name in ("half", "twice", "third")[: pen.number(1, 3)]:
        pen.multiplier(name)
    if pen.other.random() < 0.3:
        pen.ladder()
    for more in (pen.surcharge, pen.limits):
        if pen.maybe(30):
            more()
    pen.rest()
    return (pen.text(), contract(pen)) if pen.maybe(40) else (pen.text(),)


def write_clash(seed: int) -> str:
    """One of `clashing_books`."""
    pen = Pen(seed)
    pen.request()
    pen.tables()
    pen.charges()
    pen.lines += ["multiplier half", f"  when {pen.test()}"]
    for _ in range(pen.number(1, 3)):
        effect = pen.pick(pen.factors(), pen.factors(), f"no effect {pen.scope()} {WHY}")
        pen.lines.append(f"  {effect}" if "because" in effect else f"  {effect} {pen.scope()}")
    return pen.text()


def contract(pen: Pen) -> str:
    """A book over that of the pen: a price, a charge,
    a multiplier of its own, and what it allows.
    """
    lines = ["book deal extends gen from 2026-04-01 before 2026-06-01"]
    model = next((model for model in pen.models if model in pen.prices), None)
    per = next(line for line in pen.lines if line.startswith("rates per"))
    if model is not None and pen.maybe(60):
        lines += [
            per,
            "  | model | from | input |",
            f"  | {model} | {pen.pick('2026-04-01', '2026-05-01')} | $0.50 instead of {pen.prices[model][0]} |",
        ]
    if pen.maybe(40):
        old = next(line for line in pen.lines if line.startswith("  $10 per")).strip()
        lines += ["amend calls", f"  $8 instead of {old} {pen.scope(threshold=False)}"]
    if pen.maybe(60):
        own = ["multiplier own", f"  {pen.factors()} {pen.scope()}"]
        lines += own if pen.maybe(40) else ["surcharge own", "  $3 per MTok on tokens"]
        lines.append(f"stack own after {pen.pick(*pen.names)}")
    if pen.maybe(30) and len(pen.names) > 1:
        lines.append(f"allow {pen.names[0]} with {pen.names[1]} {pen.scope()} {WHY}")
    if pen.maybe(30):
        name = pen.pick(*(name for name in pen.dimensions if name != "hours"))
        lines.append(f"allow {name} {pen.pick(*VALUES[name])} {WHY}")
    lines += amends(pen)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def amends(pen: Pen) -> list[str]:
    """Amended minimums, allowances and derivations, now and then."""
    lines = []
    if pen.maybe(20):
        old = next((line for line in pen.lines if line.endswith("per use")), "")
        unit = old.split()[-3] if old else "seconds"
        instead = f" instead of {old.split()[2]}" if old else ""
        number, scope = pen.pick("0.2", "3", "600"), pen.scope(threshold=False)
        lines += ["amend time", f"  at least {number}{instead} {unit} per use  {scope}"]
    if pen.maybe(20):
        old = next((line for line in pen.lines if line.startswith("  first")), "")
        number = f"{pen.pick('2', '12')}{' instead of 5' if old else ''} gigabyte_months"
        lines += ["amend store", f"  first {number} free per project per month"]
    if pen.maybe(20):
        factor = next(line for line in pen.lines if line.startswith("derive")).split()[3]
        special = any(line.startswith("  except") for line in pen.lines)
        scope = "for m-0" if special else pen.scope(threshold=False)
        number = pen.pick("0.05", "0.5", "3")
        lines += ["amend cache", f"  {number} instead of {factor} x input  {scope}"]
    return lines
