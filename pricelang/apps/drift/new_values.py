"""Values of dimensions that ids say and a book does not have, such as an endpoint: where they are
offered, and by what they multiply the prices that the book has without them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from attrs import evolve, field, frozen

from pricelang.apps.additions.edited_book import EditedBook, TextEdit
from pricelang.apps.additions.table_rows import quoted_text
from pricelang.apps.drift.difference import Difference
from pricelang.apps.drift.probe import Probe
from pricelang.apps.drift.source_data import SourceData, SourcePrice
from pricelang.model.errors import PriceError
from pricelang.present.decimals import grouped
from pricelang.syntax import print_values as p
from pricelang.syntax import tree as t

_NO_VALUE = re.compile(r"the book has no (?P<dimension>[a-z_]+) `(?P<value>[a-z0-9_]+)`")


@frozen
class UnknownValue:
    """A value of a dimension with the platforms on which ids say it; `factors` counts by source
    what its prices are of those without it.
    """

    dimension: str
    value: str
    ids: frozenset[str]
    platforms: tuple[str, ...] = ()
    factors: dict[str, Counter[Fraction]] = field(factory=dict)


def unknown_values(
    differences: Iterable[Difference], sources: Sequence[SourceData], probe: Probe
) -> Iterator[UnknownValue]:
    """The values that ids of the differences say."""
    ids: dict[tuple[str, str], set[str]] = {}
    for each in differences:
        found = _NO_VALUE.fullmatch(each.ours) if each.kind == "model" else None
        if found is not None:
            ids.setdefault((found["dimension"], found["value"]), set()).add(each.id)
    for (dimension, value), some in ids.items():
        platforms: dict[str, None] = {}
        factors: dict[str, Counter[Fraction]] = {}
        for source in sources:
            for price in source.prices if dimension != "platform" else ():
                if price.id in some and not price.above:
                    factor = _factor(probe, price, dimension, platforms)
                    if factor is not None:
                        factors.setdefault(source.name, Counter())[factor] += 1
        yield UnknownValue(dimension, value, frozenset(some), tuple(platforms), factors)


def _factor(
    probe: Probe, price: SourcePrice, dimension: str, platforms: dict[str, None]
) -> Fraction | None:
    """What a price is of the book's price of the same request without a dimension."""
    meaning = probe.ids.meaning(price.id, price.said.get("platform"))
    said = {**price.said, **meaning.dimensions}
    said.pop(dimension, None)
    if "platform" in said:
        platforms[said["platform"]] = None
    try:
        model, dimensions = probe.request(meaning.model or price.id, said)
        own = probe.price(model, dimensions, price.meter, 0, probe.at)
    except PriceError:
        return None
    return price.amount / own if own else None


def value_lines(book: EditedBook, new: UnknownValue, see: str) -> list[TextEdit]:
    """The line of the value, and where all prices of a source move by one factor, the line of the
    multiplier that asks for the dimension; none where no source has a factor.
    """
    said = {name: factors.most_common(1)[0][0] for name, factors in new.factors.items()}
    if not said:
        return []
    factor = next(iter(said.values()))
    others = [f"{name} has {grouped(one)}" for name, one in said.items() if one != factor]
    doubt = "; ".join(
        [f"only {next(iter(said))} says so" if len(said) == 1 or others else "", *others]
    )
    unsure = f"unsure {quoted_text(doubt.strip('; '))}" if doubt.strip("; ") else ""
    edits: list[TextEdit] = []
    for statement in book.statements():
        if isinstance(statement, t.Dimension) and statement.name.text == new.dimension:
            when = f" when platform is {' or '.join(new.platforms)}" if new.platforms else ""
            text = f"  {new.value}{when} {unsure} see {see}"
            edits.append(TextEdit.below(statement.lines[-1].span, text))
        elif isinstance(statement, t.Multiplier) and factor != 1:
            edits += _multiplier_lines(
                statement, new, f"x {grouped(factor)} on tokens", unsure, see
            )
    return edits


def _multiplier_lines(
    statement: t.Multiplier, new: UnknownValue, effect: str, unsure: str, see: str
) -> Iterator[TextEdit]:
    """The value among those that the multiplier asks for, and its line before `otherwise`."""
    tests = [
        test
        for test in statement.when
        if isinstance(test, t.IsTest) and test.dimension.text == new.dimension
    ]
    if not tests:
        return
    yield TextEdit.after(tests[0].values[-1].span, f" or {new.value}")
    lines = [line for line in statement.lines if not line.otherwise]
    for line in lines:
        if not any(
            isinstance(x, t.IsTest) and x.dimension == tests[0].dimension for x in line.endings.when
        ):
            narrowed = evolve(line.endings, when=(*line.endings.when, tests[0]))
            text = p.words(p.effect(line.effect), p.endings(narrowed))
            yield TextEdit.instead(line.span, text)
    place = lines[-1].span if lines else tests[0].span
    when = f"when {new.dimension} is {new.value}"
    yield TextEdit.below(place, f"  {effect} {when} {unsure} see {see}")
