"""A month of usage with a contract, and its right bill by arithmetic that stands here alone."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from attrs import define, frozen

TYPES = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h")
OPUS = ("5", "25", "0.50", "6.25", "10")
# Dollars per million tokens, typed by hand off the price page.
PRICES = {
    "claude-opus-5-5": ("4", "20", "0.20", "5", "8"),
    "claude-opus-5": OPUS,
    "claude-opus-4-8": OPUS,
    "claude-opus-4-7": OPUS,
    "claude-sonnet-5-5": ("2", "10", "0.10", "2.50", "4"),
    "claude-sonnet-4-6": ("3", "13.50", "0.30", "3.75", "6"),
    "claude-haiku-4-5-20251001": ("1", "5", "0.10", "1.25", "2"),
    "claude-fable-5-1": ("10", "50", "0.25", "12.50", "20"),
}
CHANGED = ("claude-sonnet-5-5", "cache_read", 7, "0.20")
"""Until this day in October the model's cache reads cost this."""
CONTRACT = """book agreed "Agreed" extends anthropic from 2026-05-01 before 2027-05-01
rates per MTok
  | model             | from       | output                |
  | claude-sonnet-4-6 | 2026-05-01 | $13.50 instead of $15 |
multiplier volume "Volume discount"
  x 0.9 on tokens  for claude-opus-4-7
stack volume after batch
limit commitment "Agreed minimum"
  at least $10,000 per organization per month
"""


@frozen
class Use:
    """One request of the month."""

    day: int
    workspace: str
    model: str
    counts: tuple[int, ...]
    tier: str = "standard"
    geo: str = "global"
    speed: str = "standard"
    errored: bool = False
    searches: int = 0
    hours: int = 0

    @property
    def factor(self) -> Fraction:
        """What multiplies each price of tokens."""
        found = Fraction(0 if self.errored else 1)
        found *= Fraction(1, 2) if self.tier == "batch" else 1
        found *= Fraction(11, 10) if self.geo == "us" else 1
        found *= 2 if self.speed == "fast" else 1
        return found * (Fraction(9, 10) if self.model == "claude-opus-4-7" else 1)

    def price(self, meter: str) -> Fraction:
        """The price of a token."""
        model, changed, day, before = CHANGED
        price = PRICES[self.model][TYPES.index(meter)]
        if (self.model, meter) == (model, changed) and self.day < day:
            price = before
        return Fraction(price) / 1_000_000 * self.factor

    def record(self) -> dict[str, Any]:
        """The request as a usage record."""
        usage = {name: count for name, count in zip(TYPES, self.counts, strict=True) if count}
        if self.searches:
            usage["web_search"] = self.searches
        if self.hours:
            usage["code_execution"] = self.hours
        return {
            "model": self.model,
            "at": f"2026-10-{self.day:02}T{self.day % 24:02}:15:00Z",
            "service_tier": self.tier,
            "inference_geo": self.geo,
            "speed": self.speed,
            **({"outcome": "errored"} if self.errored else {}),
            "usage": usage,
            "attributes": {"workspace": self.workspace},
        }


@define
class Row:
    """A row of the bill."""

    day: int
    workspace: str
    model: str
    meter: str
    tier: str
    geo: str
    quantity: Fraction
    amount: Fraction
    uses: tuple[Use, ...] = ()
    description: str = ""


def month(seed: int = 7, times: int = 1, workspaces: int = 3) -> list[Use]:
    """The requests of October 2026; 100 `times` in 8 workspaces are 50,000 in 10,000 lines."""
    rng = random.Random(seed)
    models = list(PRICES)
    found = []
    for day in range(1, 32):
        for number in range(workspaces):
            for turn in range(2 * times):
                model = models[(day + 3 * number + 5 * turn) % len(models)]
                counts = tuple(rng.randrange(1001, 39_991, 2) for _ in TYPES)
                found.append(Use(day, f"w-{number + 1}", model, counts))
        found.append(Use(day, "w-1", "claude-opus-4-8", _some(rng), tier="batch"))
        found.append(Use(day, "w-2", "claude-opus-5", _some(rng), geo="us"))
        found.append(Use(day, f"fast-{day}", "claude-opus-5-5", _some(rng), speed="fast"))
        long = (rng.randrange(200_001, 300_000), 7_001, 0, 0, 0)
        found.append(Use(day, "w-long", "claude-sonnet-4-6", long))
        found.append(Use(day, "w-3", "claude-sonnet-5-5", _some(rng), searches=day, hours=100))
        found.append(Use(day, "w-3", "claude-sonnet-5-5", _some(rng), errored=True, searches=3))
    return found


def _some(rng: random.Random) -> tuple[int, ...]:
    return tuple(rng.randrange(10_001, 39_991, 2) for _ in TYPES)


def bill(uses: list[Use]) -> list[Row]:
    """The right bill without the rows of the account."""
    groups: dict[tuple[Any, ...], list[tuple[Use, int, Fraction]]] = {}
    for use in uses:
        for meter, count in zip(TYPES, use.counts, strict=True):
            if count and not use.errored:
                key = (use.day, use.workspace, use.model, meter, use.tier, use.geo)
                groups.setdefault(key, []).append((use, count, count * use.price(meter)))
        served = 0 if use.errored else 1
        for meter, count, price in (
            ("web_search", use.searches, Fraction(1, 100)),
            ("code_execution", use.hours, Fraction(5, 100)),
        ):
            if count and served:
                key = (use.day, use.workspace, "", meter, "", "")
                groups.setdefault(key, []).append((use, count, count * price))
    return [
        Row(
            *key,
            Fraction(sum(count for _, count, _ in own)),
            sum((amount for *_, amount in own), Fraction(0)),
            tuple(use for use, *_ in own),
        )
        for key, own in groups.items()
    ]


def account(uses: list[Use], rows: list[Row]) -> list[Row]:
    """The rows of the account: the free hours, and what is missing to the minimum."""
    hours = min(sum(use.hours for use in uses if not use.errored), 1550)
    free = -Fraction(hours) / 20
    due = sum((row.amount for row in rows), free)
    credit = Row(31, "", "", "", "", "", Fraction(0), free, description="Free container hours")
    missing = max(10_000 - due, Fraction(0))
    least = Row(31, "", "", "", "", "", Fraction(0), missing, description="Monthly minimum")
    return [credit, least]


def written(folder: Path, uses: list[Use], rows: list[Row]) -> tuple[str, str, str]:
    """The paths of the contract, the records and the bill."""
    paths = [folder / name for name in ("agreed.price", "usage.jsonl", "bill.csv")]
    paths[0].write_text(CONTRACT, encoding="utf-8")
    paths[1].write_text("".join(json.dumps(use.record()) + "\n" for use in uses))
    paths[2].write_text("\n".join(_lines(rows)) + "\n")
    return str(paths[0]), str(paths[1]), str(paths[2])


def _lines(rows: list[Row]) -> Iterator[str]:
    yield ("day,workspace,model,token_type,service_tier,inference_geo,quantity,amount,description")
    for row in rows:
        quantity = str(row.quantity) if row.meter else ""
        yield (
            f"2026-10-{row.day:02},{row.workspace},{row.model},{row.meter},{row.tier},{row.geo},"
            f"{quantity},{decimal(row.amount)},{row.description}"
        )


def decimal(value: Fraction) -> str:
    """An exact decimal of up to twelve places."""
    scaled = value * 10**12
    assert scaled.denominator == 1
    digits = f"{abs(scaled.numerator):013}"
    return f"{'-' if scaled < 0 else ''}{digits[:-12]}.{digits[-12:]}"
