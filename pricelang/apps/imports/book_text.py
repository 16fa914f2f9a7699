"""Drafted price lists to the text of books:
a file for each provider, written through the tree and its printer.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from fractions import Fraction

from pricelang.apps.imports.drafts import (
    FIRST_DAY,
    WHOLE,
    Axis,
    Band,
    Condition,
    Drafted,
    DraftModel,
    DraftPrice,
    Measure,
)
from pricelang.model.clock import EVERY_DAY, WEEKDAYS
from pricelang.model.instants import seconds_of
from pricelang.syntax import tree as t
from pricelang.syntax.printer import print_statement

SOURCE = "data"
PROMPT = "prompt"
MOST_FILES = 180
TIMES = ("second", "minute", "hour")
FREE = "the source lists it at zero"
_SAFE = re.compile(r"[^A-Za-z0-9_-]+")


def files_of(drafted: Drafted) -> dict[str, str]:
    """The files of a book by name, `book.price` first. Each passes `fmt --check`."""
    providers = list(dict.fromkeys(model.provider for model in drafted.models))
    prices: dict[str, list[DraftPrice]] = defaultdict(list)
    where = {model.name: model.provider for model in drafted.models}
    for price in drafted.prices:
        prices[where[price.model]].append(price)
    bodies: dict[str, list[t.Statement]] = {}
    for provider, name in zip(providers, _file_names(providers), strict=True):
        models = [model for model in drafted.models if model.provider == provider]
        bodies.setdefault(name, []).extend(
            [models_statement(models), *_tables(prices[provider], drafted.measures)]
        )
    entry: list[t.Statement] = [*_head(drafted, list(bodies)), *drafted.extra]
    return {"book.price": _text(entry), **{name: _text(body) for name, body in bodies.items()}}


def _text(statements: Iterable[t.Statement]) -> str:
    blocks: list[list[str]] = []
    last: type | None = None
    for statement in statements:
        lines = print_statement(statement)
        alike = type(statement) is last and len(lines) == 1
        if alike:
            blocks[-1] += lines
        else:
            blocks.append(lines)
        last = type(statement) if len(lines) == 1 else None
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _file_names(providers: list[str]) -> list[str]:
    """A file name for each provider;
    two that differ only in letters no file name has share one, as do the last of very many.
    """
    names = [
        (_SAFE.sub("-", provider).strip("-").lower() or "other") + ".price"
        for provider in providers
    ]
    names = ["provider-" + name if name == "book.price" else name for name in names]
    return [
        name
        if len(set(names[:index])) < MOST_FILES or name in names[:MOST_FILES]
        else "more-providers.price"
        for index, name in enumerate(names)
    ]


# ---- nodes ---------------------------------------------------------------------------------------


def names(texts: Iterable[str]) -> tuple[t.Name, ...]:
    """Names as nodes."""
    return tuple(t.Name(text) for text in texts)


def date(text: str) -> t.Date:
    """A day as a node."""
    return t.Date(seconds_of(text), text)


def number(value: int | Fraction) -> t.Number:
    """A number as a node; the printer writes its digits."""
    return t.Number(Fraction(value))


def money(value: Fraction, currency: str = "USD") -> t.Money:
    """An amount as a node."""
    return t.Money(value, currency)


def conditions(when: Condition, band: Band = WHOLE) -> tuple[t.Test, ...]:
    """A condition and a band of prompt lengths as tests."""
    found: list[t.Test] = [t.IsTest(t.Name(dimension), names(values)) for dimension, values in when]
    low, high = band
    if low:
        found.append(t.Threshold(names([PROMPT]), True, number(low)))
    if high:
        found.append(t.Threshold(names([PROMPT]), False, number(high)))
    return tuple(found)


def see() -> t.Name:
    """The one source of an imported book."""
    return t.Name(SOURCE)


def multiplier(
    name: str, title: str, when: Condition, factors: dict[Fraction, list[str]], because: str
) -> t.Multiplier:
    """A multiplier on tokens with a line for each factor, for the models that have it;
    any other model is refused.
    """
    lines = [
        t.ModifierLine(
            False,
            t.Factors((t.FactorClause(number(factor), None, names(["tokens"])),)),
            t.Endings(models=names(models)),
        )
        for factor, models in factors.items()
        if factor != 1
    ]
    if 1 in factors:
        lines.append(
            t.ModifierLine(
                False, t.Outcome("no_effect"), t.Endings(models=names(factors[Fraction(1)]))
            )
        )
    lines.append(t.ModifierLine(True, t.Outcome("refuse"), t.Endings(because=t.Text(because))))
    return t.Multiplier(
        t.Name(name), t.Text(title), conditions(when), tuple(lines), endings=t.Endings(see=see())
    )


# ---- the head ------------------------------------------------------------------------------------


def _head(drafted: Drafted, files: list[str]) -> Iterator[t.Statement]:
    yield t.BookHeader(t.Name(drafted.name), t.Text(drafted.title), t.Name("USD"), None)
    yield t.Source(see(), t.Text(drafted.address), date(drafted.read))
    used = {price.meter for price in drafted.prices} | {
        s.name.text for s in drafted.extra if isinstance(s, t.Charge)
    }
    measures = [measure for measure in drafted.measures.values() if measure.name in used]
    by_unit: dict[str, list[str]] = defaultdict(list)
    for measure in measures:
        by_unit[measure.unit].append(measure.name)
    for unit, found in by_unit.items():
        plain = [name for name in found if name not in {*drafted.offered, *drafted.counts}]
        if plain:
            yield t.Meter(names(plain), t.Name(unit))
        for name in found:
            if name not in plain:
                only = names([f"with_{name}"]) if name in drafted.offered else ()
                yield t.Meter(
                    names([name]),
                    t.Name(unit),
                    names(drafted.counts.get(name, ())),
                    endings=t.Endings(models=only),
                )
    for name, models in drafted.offered.items():
        if models:
            yield t.Group(t.Name(f"with_{name}"), names(models))
    for per, (size, unit) in {
        m.per: (m.size, m.unit) for m in measures if m.per and m.per not in TIMES
    }.items():
        yield t.Unit(t.Name(per), number(size), t.Name(unit))
    prompt = [name for name in drafted.prompt if name in used]
    if any(price.band != WHOLE for price in drafted.prices):
        yield t.Group(t.Name(PROMPT), names(prompt))
    for axis in drafted.axes:
        for value, models in axis.offered.items():
            yield t.Group(t.Name(axis.group(value)), names(dict.fromkeys(models)))
        yield _dimension(axis)
    for name in files:
        yield t.Include(t.Text(name))


def _dimension(axis: Axis) -> t.Dimension:
    plain = [
        value for value in axis.values if value not in axis.clocks and value not in axis.offered
    ]
    lines = [t.ValueLine(names(plain), None, t.Endings())]
    for value in axis.offered:
        lines.append(
            t.ValueLine(names([value]), None, t.Endings(models=names([axis.group(value)])))
        )
    for value, clock in axis.clocks.items():
        windows = tuple(t.Window(t.TimeOfDay(a), t.TimeOfDay(b)) for a, b in clock.windows)
        weekdays = clock.days == EVERY_DAY[:5]
        days = names(["weekdays"] if weekdays else [WEEKDAYS[day] for day in clock.days])
        said = ((), None) if clock.is_daily else (days, t.Name(clock.zone))
        lines.append(t.ValueLine(names([value]), t.Clock(windows, *said), t.Endings()))
    return t.Dimension(t.Name(axis.name), t.Name(axis.default), tuple(lines))


def models_statement(models: list[DraftModel]) -> t.Models:
    """The table of some models."""
    columns = [
        "model",
        "released",
        *(["retired"] if any(model.retired for model in models) else []),
    ]
    rows = []
    for model in models:
        cells = [_name_cell(model.name), t.Cell("date", date(FIRST_DAY))]
        if len(columns) > 2:
            cells.append(t.Cell("date", date(model.retired)) if model.retired else t.Cell("blank"))
        rows.append(t.Row(tuple(cells)))
    return t.Models(_table(columns, rows), endings=t.Endings(see=see()))


def _name_cell(text: str) -> t.Cell:
    return t.Cell("name", t.Name(text))


def _table(columns: list[str], rows: list[t.Row]) -> t.TableOfCells:
    return t.TableOfCells(t.Row(tuple(_name_cell(column) for column in columns)), tuple(rows))


# ---- rates ---------------------------------------------------------------------------------------


def _tables(prices: list[DraftPrice], measures: dict[str, Measure]) -> Iterator[t.Rates]:
    """Tables of rates: one for each condition, unit and set of meters, so that no cell is blank."""
    rows: dict[
        tuple[Condition, Band, str, bool], dict[tuple[str, str], dict[str, Fraction | None]]
    ] = {}
    for price in prices:
        measure = measures[price.meter]
        kind = (price.when, price.band, measure.per or measure.unit, price.amount == 0)
        rows.setdefault(kind, {}).setdefault((price.model, price.start), {})[price.meter] = (
            price.amount
        )
    order = list(measures)
    for (when, band, _, free), found in rows.items():
        kinds: dict[tuple[str, ...], list[tuple[tuple[str, str], dict[str, Fraction | None]]]] = {}
        for key, cells in found.items():
            kinds.setdefault(tuple(sorted(cells, key=order.index)), []).append((key, cells))
        for meters, group in kinds.items():
            yield _rates(when, band, free, [measures[meter] for meter in meters], group)


def _rates(
    when: Condition,
    band: Band,
    free: bool,
    meters: list[Measure],
    rows: list[tuple[tuple[str, str], dict[str, Fraction | None]]],
) -> t.Rates:
    first = meters[0]
    body = []
    for (model, start), cells in rows:
        amounts = []
        for meter in meters:
            amount = cells[meter.name]
            amounts.append(
                t.Cell("not_offered")
                if amount is None
                else t.Cell("money", money(amount * first.size))
            )
        body.append(t.Row((_name_cell(model), t.Cell("date", date(start)), *amounts)))
    per = t.Per(
        number(first.size) if first.size != 1 and not first.per else None,
        t.Name(first.per or first.unit),
    )
    endings = t.Endings(
        when=conditions(when, band), because=t.Text(FREE) if free else None, see=see()
    )
    return t.Rates(
        per,
        None,
        None,
        _table(["model", "from", *(meter.name for meter in meters)], body),
        endings=endings,
    )
