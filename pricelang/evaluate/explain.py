"""The explanation of a bill: each amount as its formula, and below it the rules with their file
and line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pricelang.evaluate.line_items import Amount, Priced
from pricelang.evaluate.line_rates import Rate
from pricelang.evaluate.stack.operations import Step
from pricelang.evaluate.stack.step_words import step_words
from pricelang.model.book import Book, Origin
from pricelang.model.clock import local_minute, week_time
from pricelang.model.instants import written
from pricelang.model.notes import Note
from pricelang.model.time_of_day import clocked, zone_of
from pricelang.model.units import unit_behind
from pricelang.present.decimals import grouped, money


def explained(parts: Sequence[Priced], total: str, notes: Sequence[Note]) -> str:
    """A bill as text for a reader: parts, total, notes, and the sources that the places name."""
    lines: list[str] = []
    sources: dict[str, str] = {}
    for part in parts:
        lines += _part(part, sources)
    lines.append(f"total {total}")
    lines += [f"{note.level}: {note}" for note in notes]
    lines += [f"{name}: {address}" for name, address in sources.items()]
    return "\n".join(lines)


def _part(part: Priced, sources: dict[str, str]) -> Iterator[str]:
    head = f"{part.cell.model.name} at {written(part.at)}"
    head += "".join(f", {name} {value}" for name, value in part.dimensions)
    yield head + (f"  ({part.label})" if part.label else "")
    yield from _hours(part)
    width = max((len(_name(line)) for line in part.amounts), default=0)
    for line in part.amounts:
        yield f"  {_name(line):<{width}}  {_formula(part, line)}"
        for text, origin in _reasons(part.book, line):
            yield f"  {'':<{width}}    {text:<40} {_where(part.book, origin, sources)}".rstrip()
    for silence in part.cell.silences:
        because = f": {silence.origin.because}" if silence.origin.because else ""
        yield (
            f"  no effect of {silence.rule}{because}  {_where(part.book, silence.origin, sources)}"
        )
    if part.cell.conversion is not None:
        conversion = part.cell.conversion
        text = f"converted to {conversion.currency} at {grouped(conversion.rate)}"
        yield f"  {text}  {_where(part.book, conversion.origin, sources)}"
    rounding = part.cell.total_rounding
    if rounding is not None:
        yield (
            f"  total rounded to {money(rounding.step, rounding.currency)} {rounding.mode}  "
            f"{_where(part.book, rounding.origin, sources)}"
        )


def _hours(part: Priced) -> Iterator[str]:
    """What the clocks show and set: `hours: Tuesday 02:00 in UTC, peak`."""
    said = dict(part.dimensions)
    for dimension in clocked(part.book):
        value = said.get(dimension.name, dimension.values[dimension.default].name)
        zone = zone_of(dimension)
        yield f"  {dimension.name}: {week_time(local_minute(zone, part.at))} in {zone}, {value}"


def _name(line: Amount) -> str:
    return (
        line.rate.meter.name
        if line.rate is not None
        else line.step.rule
        if line.step is not None
        else ""
    )


def _formula(part: Priced, line: Amount) -> str:
    currency = part.currency
    if line.rate is None:
        return money(line.amount, currency)
    rate = line.rate
    unit = unit_behind(line.billed, rate.meter.unit)
    price = f"{money(rate.list_price * rate.size, part.book.currency)} per {rate.per}"
    if rate.free is not None:
        return f"{grouped(line.billed)} {unit} free (list {price})"
    steps = "".join(_step_formula(part.book, step) for step in rate.steps)
    rate_of = f" x {grouped(part.cell.conversion.rate)}" if part.cell.conversion is not None else ""
    rounded = f" (rounded by {money(line.residue, part.book.currency)})" if line.residue else ""
    return (
        f"{grouped(line.billed)} {unit} x {price}{steps}{rate_of} = "
        f"{money(line.amount, currency)}{rounded}"
    )


def _step_formula(book: Book, step: Step) -> str:
    before = " " if step.kind in ("factor", "add") else ", "
    by = "" if step.kind == "round" else f" ({step.rule})"
    return f"{before}{step_words(step, book.currency)}{by}"


def _reasons(book: Book, line: Amount) -> Iterator[tuple[str, Origin]]:
    if line.rate is None:
        if line.step is not None:
            amount = money(line.step.value, book.currency)
            yield (
                f"{line.step.kind.replace('_', ' ')} {amount} per {line.step.per}",
                line.step.origin,
            )
        return
    rate = line.rate
    yield from _price_reasons(book, rate)
    if rate.minimum is not None:
        least = f"at least {rate.minimum.written} per use"
        yield (
            (
                f"{least}: {len([use for use in line.uses if use])} uses"
                if len(line.uses) > 1
                else least
            ),
            rate.minimum.origin,
        )
    for name, tier in line.tiers:
        origin = next(one.origin for one in book.dimensions if one.name == name)
        yield f"{name} {tier}", origin
    for step in rate.steps:
        because = f": {step.origin.because}" if step.origin.because else ""
        yield _step_formula(book, step).strip(" ,") + because, step.origin
    if rate.free is not None and rate.free_origin is not None:
        yield f"free: {rate.free}", rate.free_origin


def _price_reasons(book: Book, rate: Rate) -> Iterator[tuple[str, Origin]]:
    shown = f"{money(rate.list_price * rate.size, book.currency)} per {rate.per}"
    if rate.derivation is None:
        yield shown, rate.origin
        return
    factor, meter, base, origin = rate.derivation
    yield f"{shown}, the row of rates", rate.origin
    yield f"{grouped(factor)} x {meter} of {money(base * rate.size, book.currency)}", origin


def _where(book: Book, origin: Origin, sources: dict[str, str]) -> str:
    """The place of a rule and the name of its source, which is kept for the list below the bill."""
    source = next((source for source in book.sources if source.name == origin.source), None)
    if source is None:
        return f"[{origin.place}]"
    sources.setdefault(source.name, f"{source.address}, read {written(source.read)}")
    return f"[{origin.place}, {source.name}]"
