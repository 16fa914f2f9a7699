"""Decides whether a cache pays for usage:
from which read on, and what it saves at the reads that there were, in words.
"""

from __future__ import annotations

from fractions import Fraction

from attrs import frozen

from pricelang.apps.break_even.caches import reads_to_pay
from pricelang.apps.quote.alternatives import cache_words
from pricelang.apps.quote.variants import Settled, Variants
from pricelang.evaluate.line_rates import Rate
from pricelang.model.errors import PriceError
from pricelang.present.decimals import exact, grouped
from pricelang.present.readable import readable_percent

_ORDINALS = (
    "zeroth",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
)


@frozen
class CacheAnswer:
    """What a way to cache (`cache`, such as `1h`) does for a model's prompts:
    they wrote and read so many tokens.

    `pays` are the reads after which it pays, over all that was compared; None is never. `cost`
    is what the tokens cost with it, `uncached` what they cost when they are sent anew each time.
    """

    model: str
    cache: str
    pays: tuple[int | None, ...]
    written: Fraction
    read: Fraction
    cost: Fraction
    uncached: Fraction

    @property
    def reads(self) -> Fraction | None:
        """How often a written token was read, or None where none was written."""
        return self.read / self.written if self.written else None

    @property
    def saved(self) -> Fraction:
        """The share of the cost without a cache that is saved;
        below zero where the cache costs more.
        """
        return 1 - self.cost / self.uncached if self.uncached else Fraction(0)

    @property
    def text(self) -> str:
        """The answer as a sentence.

        >>> CacheAnswer("m", "1h", (2,), Fraction(1), Fraction(5), Fraction(5, 2), Fraction(6)).text
        'm: a 1-hour cache pays from the second read; at your 5 reads it saves 58.33%'
        """
        verb = "save" if self.reads is None else "saves"
        saved = (
            f"{verb} {readable_percent(self.saved)}"
            if self.saved >= 0
            else f"{verb.replace('save', 'cost')} {readable_percent(-self.saved)} more"
        )
        if self.reads is None:
            return (
                f"{self.model}: {grouped(self.read)} tokens are read and none is written here; "
                f"the reads {saved}"
            )
        number = (
            grouped(self.reads) if exact(self.reads) is not None else grouped(round(self.reads, 2))
        )
        reads = f"{number} read{'' if self.reads == 1 else 's'}" + (
            "" if self.reads.denominator == 1 else " of each token"
        )
        return (
            f"{self.model}: {cache_words(self.cache)} {_pays(self.pays)}; at your {reads} it "
            f"{saved}"
        )


class CacheTally:
    """What the prompts of records cost with each way to cache and without.
    (A plain class: it grows.)
    """

    def __init__(self, variants: Variants) -> None:
        self.variants = variants
        # By model and cache: the reads to pay, tokens written and read, cost with and without.
        self.sums: dict[tuple[str, str], tuple[dict[int | None, None], list[Fraction]]] = {}

    def add(self, settled: Settled) -> None:
        """Counts a part, as it was given, whose prompt is in a cache or is sent again."""
        caches, scenario = self.variants.caches, self.variants.scenario
        if caches is None:
            return
        rates = self.variants.rates
        part, uses = settled.part, settled.uses
        written = Fraction(sum(sum(uses.get(name, ())) for name in caches.writes.values()))
        read = Fraction(sum(uses.get(caches.read, ())))
        if scenario.reads is not None:
            written = Fraction(
                scenario.cached if scenario.cached is not None else sum(uses.get(caches.base, ()))
            )
            read = written * scenario.reads
        if not written and not read:
            return
        try:
            cell = rates.bounds(
                part.model or "", part.at, uses, part.dimensions, rates.sides(part.sides)
            )[0].cell
        except PriceError:
            return
        if cell.free is not None:
            return
        for name, meter in caches.writes.items():
            prices = [cell.rates[each] for each in (meter, caches.read, caches.base)]
            write_price, read_price, base = (
                rate.unit_price if isinstance(rate, Rate) else None for rate in prices
            )
            if write_price is None or read_price is None or base is None:
                continue
            pays, sums = self.sums.setdefault((cell.model.name, name), ({}, [Fraction(0)] * 4))
            pays[reads_to_pay(write_price, read_price, base)] = None
            for index, more in enumerate(
                (written, read, written * write_price + read * read_price, (written + read) * base)
            ):
                sums[index] += more

    def answers(self) -> tuple[CacheAnswer, ...]:
        """An answer for each model and way to cache, one for all ways where nothing was written."""
        found = [
            CacheAnswer(model, cache, tuple(pays), *sums)
            for (model, cache), (pays, sums) in sorted(
                self.sums.items(), key=lambda item: item[0][0]
            )
        ]
        once: dict[object, CacheAnswer] = {}
        for answer in found:
            once.setdefault((answer.model, answer.cache if answer.written else None), answer)
        return tuple(once.values())


def _pays(reads: tuple[int | None, ...]) -> str:
    words = [
        "never pays"
        if read is None
        else "pays at once"
        if read == 0
        else f"pays from the {ordinal(read)} read"
        for read in sorted(reads, key=lambda read: (read is None, read or 0))
    ]
    return " or ".join(words)


def ordinal(number: int) -> str:
    """`first`, `second`, … `tenth`, then `11th`.

    >>> ordinal(2), ordinal(11), ordinal(21), ordinal(112)
    ('second', '11th', '21st', '112th')
    """
    if number < len(_ORDINALS):
        return _ORDINALS[number]
    ending = (
        "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    )
    return f"{number}{ending}"
