"""Imported books against the calculators that the data is from, on the same usage:
`python -m benchmarks.imports`.

Every model is priced by both, in every context that it has prices for, on each side of its
thresholds and its dates. What differs is put into a class with its reason; `different` is what no
class explains, and is to be none.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from attrs import define, field, frozen

from pricelang.api import Book
from pricelang.apps.imports.drafts import Imported
from pricelang.check.book_files import Layer, TextFile
from pricelang.compile.book import book_of_layers
from pricelang.model.errors import PriceError

SAME, DIFFERENT = "the same to the last digit", "different"


@frozen
class Case:
    """One request: the model of the book, its usage by meter,
    its dimensions, and what the other side says it costs.

    `theirs` gives an exact number for a decimal and for a float,
    or raises what the other side raises.
    """

    model: str
    at: str
    usage: Mapping[str, int]
    dimensions: Mapping[str, str]
    theirs: Callable[[], Fraction]


@define
class Comparison:
    """How many cases fell into each class, and the first few that no class explains."""

    cases: int = 0
    models: set[str] = field(factory=set)
    classes: dict[str, int] = field(factory=dict)
    unexplained: list[str] = field(factory=list)

    def add(self, case: Case, kind: str, ours: object, theirs: object) -> None:
        """Counts a case."""
        self.cases += 1
        self.models.add(case.model)
        self.classes[kind] = self.classes.get(kind, 0) + 1
        if kind == DIFFERENT and len(self.unexplained) < 20:
            said = f"{case.model} at {case.at} {dict(case.dimensions)} {dict(case.usage)}: ours {ours}, theirs {theirs}"
            self.unexplained.append(said)

    def lines(self, name: str) -> Iterator[str]:
        """The table of the classes."""
        yield f"{name}: {self.cases:,} requests of {len(self.models):,} models"
        for kind, count in sorted(self.classes.items(), key=lambda pair: -pair[1]):
            yield f"  {count:>7,}  {kind}"
        yield from (f"  ! {text}" for text in self.unexplained)


def book_of(imported: Imported) -> Book:
    """The checked book of an import, without files."""
    from pathlib import Path

    files = tuple(TextFile(name, Path(name), text) for name, text in imported.files.items())
    return Book(book_of_layers((Layer(files),)))


def compare(
    book: Book, cases: Iterator[Case], explain: Callable[[Case, object, object], str]
) -> Comparison:
    """Prices each case by both. `explain` names the class of a difference;
    an error stands for an amount where one is raised.
    """
    found = Comparison()
    for case in cases:
        ours: object
        theirs: object
        try:
            ours = book.price(
                model=case.model, at=case.at, usage=case.usage, **case.dimensions
            ).exact_total
        except PriceError as error:
            ours = error
        try:
            theirs = case.theirs()
        except Exception as error:  # whatever the other side raises is its answer
            theirs = error
        found.add(case, SAME if ours == theirs else explain(case, ours, theirs), ours, theirs)
    return found


def quantities(
    meters: list[str], prompt: list[str], limits: list[int], seed: str
) -> Iterator[dict[str, int]]:
    """Usage of some meters:
    small and large, and with prompts of just a threshold's length and of one more.
    """
    numbers = random.Random(seed)
    yield dict.fromkeys(meters, 1)
    yield {meter: numbers.randrange(1, 10_000) for meter in meters}
    counted = [meter for meter in meters if meter in prompt]
    for limit in limits if counted else ():
        for length in (limit, limit + 1):
            shares = {
                meter: numbers.randrange(1, 1 + length // (2 * len(counted))) for meter in counted
            }
            shares[counted[0]] += length - sum(shares.values())
            yield {**{meter: numbers.randrange(1, 10_000) for meter in meters}, **shares}
    if limits and counted:
        yield dict.fromkeys(meters, 2 * limits[-1])


def main(names: list[str]) -> int:
    """Prints the comparisons; 1 where something is unexplained."""
    from pricelang.apps.imports.drafts import ImportFault
    from pricelang.apps.imports.reading import imported

    failed = 0
    for name in names or ["genai-prices", "litellm"]:
        try:
            from importlib import import_module

            side: Any = import_module("benchmarks.imports_" + name.replace("-", "_"))
            data = imported(name, None, "2026-01-01")
        except (ImportError, ImportFault) as error:
            print(f"{name}: not compared, {error}")
            continue
        found = compare(book_of(data), side.cases(), side.explain)
        print("\n".join(found.lines(name)))
        failed += DIFFERENT in found.classes
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
