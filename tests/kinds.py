"""For each kind of rule two small books that differ in one rule of it, and a request that tells.

A kind of the registry without its pair fails `test_kinds.py`.
"""

from __future__ import annotations

from attrs import field, frozen

from pricelang.model.rule_kinds import Kind
from pricelang.verify.diff.change import ChangeKind
from tests.oracle_requests import Ask

DAY, JUNE = 1_772_323_200, 1_780_358_400
"""The days 2026-03-01 and 2026-06-02."""

HEAD = """book kinds in USD
unit MTok is 1,000,000 tokens
dimension tier default standard
  standard, batch
dimension zone default home
  home
  abroad
  moon {moon}
dimension outcome default succeeded
  succeeded, errored
{hours}meter input, output, cache in tokens
meter calls in requests {calls}
meter runtime in hours
"""
MODELS = """models
  | model | released   |
  | m-1   | 2026-01-01 |
  | m-2   | 2026-02-01 |
"""
RATES = """rates per MTok
  | model | from       | input | output | cache   |
  | m-1   | 2026-01-01 | $4    | $20    | derived |
  | m-2   | 2026-02-01 | $2    | $10    | derived |
"""
DERIVE = "derive cache is 0.1 x input\n"
CHARGES = """charge calls
  $10 per 1,000 requests
charge runtime
  $0.06 per hour
"""
MODIFIERS = """multiplier slow
  when tier is batch
  x 0.5 on input
  x 0.75 on output, cache
multiplier far
  when zone is abroad
  x 2 on input, output
"""
NEVER = "for m-2 before 2026-01-15"
"""Requests that do not exist: the model is released later."""


def book(
    *more: str,
    models: str = MODELS,
    rates: str = RATES,
    derive: str = DERIVE,
    charges: str = CHARGES,
    modifiers: str = MODIFIERS,
    moon: str = "",
    calls: str = "",
    hours: str = "",
) -> str:
    """The small book, with one part written otherwise, and more statements."""
    head = HEAD.format(moon=moon, calls=calls, hours=hours).replace(" \n", "\n")
    return head + models + rates + derive + charges + modifiers + "".join(more)


@frozen
class Pair:
    """Two books that differ in one rule of a `kind`, a request that tells them apart,
    and a third with a rule of that kind, at `dead`, which never holds (None: it has no scope).

    `rule` is text of the newer book's line that holds the rule. An account's rule is told by what a
    month of the request comes to: `owed` by each book, worked out by hand.
    """

    kind: Kind
    old: str
    new: str
    rule: str
    ask: Ask = field(repr=False)
    never: str | None = None
    dead: str = ""
    owed: tuple[str, str] | None = None


def ask(model: str = "m-1", **usage: int) -> Ask:
    return asked(model, {}, usage)


def asked(model: str, dimensions: dict[str, str], usage: dict[str, int], at: int = DAY) -> Ask:
    return Ask(model, at, dimensions, dict(usage))


TOKENS = {"input": 1_000_000, "output": 300_000}
FAR_AND_SLOW = asked("m-1", {"tier": "batch", "zone": "abroad"}, TOKENS)
PLAIN = ask(**TOKENS)

LATE = MODELS.replace("2026-02-01", "2026-04-01")
LATE_RATES = RATES.replace("2026-02-01", "2026-04-01")
ALIAS = "alias latest is m-2 from 2026-02-01\n"
ROW = """rates per MTok when tier is batch
  | model | from       | input             |
  | m-1   | 2026-01-01 | $3 instead of $4  |
"""
ANNOUNCED = """rates per MTok announced 2026-02-15 withdrawn 2026-04-15 because "it stays"
  | model | from       | input |
  | m-1   | 2026-06-01 | $3    |
"""
FEE = "surcharge fee\n  when zone is moon\n  $0.25 per request\nstack slow, far, fee\n"
FLOOR = "limit floor\n  at least $9 per request when zone is moon\n"
EXCLUDE = 'exclude slow with far because "one of both"\n'
CAP = "limit month\n  at least $40 per organization per month\n"
MORE_THAN = "  counts tokens per organization per month\n  low\n  high after {} tokens\n"
TIERS = f"tiers used\n{MORE_THAN}multiplier large\n  50% off input when used is high\n"
RUNTIME = {"runtime": 100}
WHY = 'because "so it is"'

PAIRS = (
    Pair(
        "model",
        book(models=LATE, rates=LATE_RATES),
        book(),
        "| m-2   | 2026-02-01 |\nrates",
        ask("m-2", **TOKENS),
    ),
    Pair("alias", book(), book(ALIAS), "alias latest", ask("latest", **TOKENS)),
    Pair(
        "value",
        book(moon=""),
        book(moon="from 2026-04-01"),
        "moon from",
        asked("m-1", {"zone": "moon"}, TOKENS),
        book(moon=NEVER),
        "moon for m-2",
    ),
    Pair(
        "meter",
        book(calls=""),
        book(calls="from 2026-04-01"),
        "meter calls",
        ask(calls=500),
        book(calls=NEVER),
        "meter calls",
    ),
    Pair(
        "price",
        book(),
        book(ROW),
        "| m-1   | 2026-01-01 | $3",
        asked("m-1", {"tier": "batch"}, TOKENS),
        book(
            rates=RATES.replace("  | m-2", "  | m-2   | 2025-12-01 | $3 | $9 | derived |\n  | m-2")
        ),
        "2025-12-01",
    ),
    Pair(
        "announcement",
        book(),
        book(ANNOUNCED),
        "| m-1   | 2026-06-01 | $3",
        asked("m-1", {}, TOKENS, at=JUNE),
    ),
    Pair(
        "derivation",
        book(),
        book(derive="derive cache is 0.2 x input\n"),
        "derive cache",
        ask(cache=1_000_000),
        book(f"derive cache is 0.2 x input {NEVER}\n"),
        "0.2 x input",
    ),
    Pair(
        "modifier line",
        book(),
        book(modifiers=MODIFIERS.replace("x 0.5", "x 0.25")),
        "x 0.25 on input",
        asked("m-1", {"tier": "batch"}, TOKENS),
        book(
            modifiers=MODIFIERS.replace(
                "multiplier far", f"  x 0.5 on calls {NEVER}\nmultiplier far"
            )
        ),
        "x 0.5 on calls",
    ),
    Pair(
        "modifier line",
        book(),
        book(FEE),
        "$0.25 per request",
        asked("m-1", {"zone": "moon"}, TOKENS),
        book(FEE.replace("request\n", f"request\n  $0.30 per request {NEVER}\n")),
        "$0.30",
    ),
    Pair(
        "limit",
        book(),
        book(FLOOR),
        "at least $9 per request",
        asked("m-1", {"zone": "moon"}, {"input": 1}),
        book(f"limit floor\n  at least $9 per request {NEVER}\n"),
        "at least",
    ),
    Pair(
        "limit",
        book(),
        book("limit low\n  at least $5 per MTok on input\nstack slow, far, low\n"),
        "at least $5",
        PLAIN,
        book(f"limit low\n  at least $5 per MTok on input {NEVER}\nstack slow, far, low\n"),
        "at least",
    ),
    Pair("limit", book(), book(CAP), "at least $40", PLAIN, owed=("10", "40")),
    Pair(
        "limit",
        book(),
        book("commitment month\n  $40 per organization per month\n"),
        "$40 per organization",
        PLAIN,
        book(f"commitment month\n  $40 per organization per month {NEVER}\n"),
        "$40",
        owed=("10", "40"),
    ),
    Pair(
        "limit",
        book(),
        book("credit month\n  $7 per organization per month on input\n"),
        "$7 per organization",
        PLAIN,
        book(f"credit month\n  $7 per organization per month on input {NEVER}\n"),
        "$7",
        owed=("10", "6"),
    ),
    Pair(
        "tiers",
        book(TIERS.format("1,500,000")),
        book(TIERS.format("500,000")),
        "tiers used",
        ask(input=1_000_000),
        book(TIERS.format("500,000").replace("tiers used", f"tiers used {NEVER}")),
        "high after",
        owed=("4", "3"),
    ),
    Pair(
        "exclusion",
        book(),
        book(EXCLUDE),
        "exclude slow",
        FAR_AND_SLOW,
        book(f"exclude slow with far {NEVER} {WHY}\n"),
        "exclude",
    ),
    Pair(
        "charge price",
        book(),
        book(charges=CHARGES.replace("$0.06", "$0.05")),
        "$0.05 per hour",
        ask(**RUNTIME),
        book(charges=CHARGES + f"  $0.05 per hour {NEVER}\n"),
        "$0.05",
    ),
    Pair(
        "charge price",
        book(),
        book(charges=CHARGES + "  $0.05 per hour after 60 hours per organization per month\n"),
        "$0.05 per hour",
        ask(**RUNTIME),
        owed=("6", "5.6"),
    ),
    Pair(
        "charge minimum",
        book(),
        book(charges=CHARGES + "  at least 7 hours per use\n"),
        "at least 7",
        ask(runtime=1),
        book(charges=CHARGES + f"  at least 7 hours per use {NEVER}\n"),
        "at least 7",
    ),
    Pair(
        "charge pool",
        book(),
        book(charges=CHARGES + "  first 50 hours free per organization per month\n"),
        "first 50",
        ask(**RUNTIME),
        book(charges=CHARGES + f"  first 50 hours free per organization per month {NEVER}\n"),
        "first 50",
        owed=("6", "3"),
    ),
    Pair(
        "charge free",
        book(),
        book(charges=CHARGES + f"  free when tier is batch {WHY}\n"),
        "free when",
        asked("m-1", {"tier": "batch"}, RUNTIME),
        book(charges=CHARGES + f"  free {NEVER} {WHY}\n"),
        "free for",
    ),
    Pair(
        "refusal",
        book(),
        book(f"refuse for m-1 when zone is moon {WHY}\n"),
        "refuse for",
        asked("m-1", {"zone": "moon"}, TOKENS),
        book(f"refuse {NEVER} {WHY}\n"),
        "refuse",
    ),
    Pair(
        "free",
        book(),
        book(f"free when outcome is errored {WHY}\n"),
        "free when",
        asked("m-1", {"outcome": "errored"}, TOKENS),
        book(f"free {NEVER} {WHY}\n"),
        "free for",
    ),
    Pair(
        "note",
        book(),
        book('note "in a trial" for m-1 before 2026-06-01\n'),
        "note",
        PLAIN,
        book(f'note "in a trial" {NEVER}\n'),
        "note",
    ),
    Pair(
        "rounding",
        book(),
        book("round line to $0.01 up from 2026-02-01\n"),
        "round line",
        ask(input=1),
        book("round line to $0.01 up before 2025-12-01\n"),
        "round line",
    ),
    Pair(
        "rounding",
        book(),
        book("round unit_price to $1 up from 2026-02-01\n"),
        "round unit_price",
        ask(cache=1_000_000),
        book("round unit_price to $1 up before 2025-12-01\n"),
        "round unit_price",
    ),
    Pair(
        "conversion",
        book(),
        book("convert to EUR at 0.5 from 2026-02-01\n"),
        "convert",
        PLAIN,
        book("convert to EUR at 0.5 before 2025-12-01\n"),
        "convert",
    ),
)

TOLD_AS: dict[Kind, ChangeKind] = {
    "model": "model",
    "alias": "alias",
    "value": "offer",
    "meter": "price",
    "tiers": "tiers",
    "price": "price",
    "announcement": "announcement",
    "derivation": "price",
    "modifier line": "modifier",
    "limit": "limit",
    "exclusion": "exclusion",
    "allow": "exclusion",
    "charge price": "price",
    "charge minimum": "charge",
    "charge pool": "charge",
    "charge free": "price",
    "refusal": "refusal",
    "free": "free",
    "note": "note",
    "rounding": "rounding",
    "conversion": "conversion",
}
"""The kind of change by which `diff` tells a rule of each kind."""

LIST = book(EXCLUDE, f"refuse for m-1 when zone is moon {WHY}\n")
CONTRACT = 'book acme "Acme" extends kinds from 2026-01-01 before 2027-01-01\n'
ALLOW = Pair(
    "allow",
    CONTRACT,
    CONTRACT + f"allow slow with far {WHY}\n",
    "allow slow",
    FAR_AND_SLOW,
    CONTRACT + f"allow slow with far {NEVER} {WHY}\n",
    "allow slow",
)
"""What only a contract says, over `LIST`."""


# ---- the same rules behind a threshold and clocks -----------------------------------------------

HOURS = """dimension hours default day
  day
  night from 22:00 before 06:00
dimension week default work
  work
  rest from 22:00 before 06:00 on saturday in Europe/Berlin
  rest from 00:30 before 02:30 on monday, tuesday in Europe/Berlin
"""
WHILE = (
    ("input over 1,000", "input up to 1,000"),
    ("hours is night", "hours is day"),
    ("week is rest", "week is work"),
)
"""Conditions that the requests below meet, and their complements."""


def behind(inside: str, outside: str) -> tuple[Pair, ...]:
    """Pairs of rules that hold `inside` only."""

    def pair(kind: Kind, rule: str, ask: Ask, *more: str, **parts: str) -> Pair:
        return Pair(kind, book(hours=HOURS), book(*more, hours=HOURS, **parts), rule, ask)

    abroad = asked("m-1", {"zone": "moon"}, TOKENS)
    hours = ask(input=2_000, **RUNTIME)
    stack = "stack slow, far, extra\n"
    charge = "charge calls\n  $10 per 1,000 requests\ncharge runtime\n"
    return (
        pair(
            "price",
            "| m-1   | 2026-01-01 | $3",
            asked("m-1", {"tier": "batch"}, TOKENS),
            ROW.replace("is batch", f"is batch and {inside}"),
        ),
        pair(
            "derivation",
            "except 0.2 x input",
            ask(cache=1_000_000, input=2_000),
            derive=f"{DERIVE}  except 0.2 x input when {inside}\n",
        ),
        pair(
            "modifier line",
            "x 3 on input",
            abroad,
            f"multiplier extra\n  when zone is moon and {inside}\n  x 3 on input\n{stack}",
        ),
        pair(
            "modifier line",
            "$0.25 per request",
            abroad,
            FEE.replace("zone is moon", f"zone is moon and {inside}"),
        ),
        pair(
            "limit",
            "at least $9 per request",
            asked("m-1", {"zone": "moon"}, {"input": 2_000}),
            FLOOR.replace("zone is moon", f"zone is moon and {inside}"),
        ),
        pair(
            "limit",
            "at least $5",
            PLAIN,
            f"limit extra\n  at least $5 per MTok on input when {inside}\n{stack}",
        ),
        pair(
            "exclusion", "exclude slow", FAR_AND_SLOW, EXCLUDE.replace("far", f"far when {inside}")
        ),
        pair(
            "charge price",
            "$0.05 per hour",
            hours,
            charges=f"{charge}  $0.06 per hour when {outside}\n  $0.05 per hour when {inside}\n",
        ),
        pair(
            "charge minimum",
            "at least 7",
            ask(input=2_000, runtime=1),
            charges=f"{CHARGES}  at least 7 hours per use when {inside}\n",
        ),
        pair("charge free", "free when", hours, charges=f"{CHARGES}  free when {inside} {WHY}\n"),
        pair("refusal", "refuse for", PLAIN, f"refuse for m-1 when {inside} {WHY}\n"),
        pair("free", "free when", PLAIN, f"free when {inside} {WHY}\n"),
        pair("note", "note", PLAIN, f'note "in a trial" for m-1 when {inside}\n'),
        pair("rounding", "round line", ask(input=2_001), f"round line to $0.01 up when {inside}\n"),
        pair(
            "rounding",
            "round unit_price",
            ask(cache=1_000_000, input=2_000),
            f"round unit_price to $1 up when {inside}\n",
        ),
    )


BEHIND = tuple(pair for condition in WHILE for pair in behind(*condition))
