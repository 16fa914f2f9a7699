"""Differences outside the rules of two books: names, dates of models, units, defaults, figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from pricelang.model import book as m
from pricelang.model.instants import written
from pricelang.model.units import plural
from pricelang.present.decimals import grouped
from pricelang.verify.diff.book_view import BookView
from pricelang.verify.diff.change import Change, ChangeKind
from pricelang.verify.diff.joint_rules import JointRules
from pricelang.verify.diff.phrases import Phrasebook, fraction, sentence


def request_changes(words: Phrasebook) -> Iterator[Change]:
    """Currency, dimensions with their defaults, units, and what meters are counted in.

    What the clock sets no request can say: its hours are told by the prices that they change.
    """
    books = words.old.book, words.new.book
    was, now = books[0].currency, books[1].currency
    if was != now:
        yield _change("currency", "prices", was, now, f"prices are in {now}, no longer in {was}")
    yield from _dimensions(books)
    yield from _units(books)
    yield from _counted(books)


Books = tuple[m.Book, m.Book]


def _dimensions(books: Books) -> Iterator[Change]:
    found = [{d.name: d for d in book.dimensions if not d.clocked} for book in books]
    for name in dict.fromkeys([*found[0], *found[1]]):
        was, now = (_default(dimensions.get(name)) for dimensions in found)
        if was is None:
            yield _change(
                "dimension", name, "", now or "", f"new dimension `{name}`, default {now}"
            )
        elif now is None:
            yield _change("dimension", name, was, "", f"dimension `{name}` is gone")
        elif was != now:
            yield _change("dimension", name, was, now, f"default of {name}: {was} -> {now}")


def _default(dimension: m.Dimension | None) -> str | None:
    return None if dimension is None else dimension.values[dimension.default].name


def _units(books: Books) -> Iterator[Change]:
    # A unit that is its own kind comes with the meters that are counted in it.
    found = [{unit.name: unit for unit in book.units if unit.name != unit.kind} for book in books]
    for name in dict.fromkeys([*found[0], *found[1]]):
        was, now = (_unit(units.get(name)) for units in found)
        if was != now:
            yield _change("unit", name, was, now, f"unit `{name}`: {was} -> {now}")


def _counted(books: Books) -> Iterator[Change]:
    found = [{meter.name: meter for meter in book.meters} for book in books]
    for name in found[0].keys() & found[1].keys():
        one, other = (meters[name] for meters in found)
        if (one.unit, one.kind, one.size) != (other.unit, other.kind, other.size):
            was, now = plural(one.unit), plural(other.unit)
            body = f"{name} is counted in {now}, no longer in {was}"
            yield _change("meter", name, was, now, body)
        if sorted(one.counts) != sorted(other.counts):
            was, now = (", ".join((name, *sorted(meter.counts))) for meter in (one, other))
            yield _change("meter", name, was, now, f"{name} counts {now}, no longer {was}")


def _unit(unit: m.Unit | None) -> str:
    return "unknown" if unit is None else f"{grouped(unit.size)} {plural(unit.kind)}"


def _change(
    kind: ChangeKind,
    subject: str,
    old: str,
    new: str,
    body: str,
    when: str = "",
    who: str = "",
    models: tuple[str, ...] = (),
) -> Change:
    return Change(kind, subject, who, when, old, new, sentence(when, body), models)


# ---- models --------------------------------------------------------------------------------------


def model_changes(words: Phrasebook, rules: JointRules) -> Iterator[Change]:
    """Models that came, went, or changed their dates. Between two days:
    those that were released or retired.
    """
    found = [{model.name: model for model in _known(side)} for side in (words.old, words.new)]
    for name in sorted(
        found[0] | found[1],
        key=lambda name: ((found[1].get(name) or found[0][name]).released, name),
    ):
        was, now = (models.get(name) for models in found)
        if was is None and now is not None:
            prices = _first_prices(words, rules, name)
            body = (
                f"new model `{name}`, released "
                f"{written(now.released)}{': ' if prices else ''}{prices}"
            )
            yield _change("model", name, "", prices or "offered", body, "", f"`{name}`", (name,))
        elif now is None and was is not None:
            yield _change(
                "model", name, "offered", "", f"model `{name}` is gone", "", f"`{name}`", (name,)
            )
        elif was is not None and now is not None:
            yield from _dates(words, was, now)


def _known(side: BookView) -> list[m.Model]:
    return [model for model in side.book.models if side.at is None or model.released <= side.at]


def _dates(words: Phrasebook, was: m.Model, now: m.Model) -> Iterator[Change]:
    name = now.name
    for word in ("released", "deprecated", "retired"):
        old, new = (
            _day(side, getattr(model, word)) for side, model in ((words.old, was), (words.new, now))
        )
        if old != new:
            body = (
                f"`{name}` was {word} on {new}"
                if words.new.at is not None and old == "never"
                else f"`{name}` {word}: {old} -> {new}"
            )
            yield _change(
                "model", name, f"{word} {old}", f"{word} {new}", body, "", f"`{name}`", (name,)
            )


def _day(side: BookView, instant: int | None) -> str:
    return (
        "never"
        if instant is None or (side.at is not None and instant > side.at)
        else written(instant)
    )


def _first_prices(words: Phrasebook, rules: JointRules, name: str) -> str:
    """The list prices of a new model from its first day on, where a request says nothing else."""
    joint, side = words.new.joint, words.new
    number = joint.models.index(name)
    stretches = range(joint.sizes[m.DATES])
    first = next(n for n in stretches if (side.start(n) or -1 << 62) >= joint.released[number])
    defaults = [dimension.values.index(dimension.default) for dimension in joint.dimensions]
    point = (number, first, *defaults, *(0 for _ in joint.sums))
    by_unit: dict[str, list[str]] = {}
    _, prices = rules.own("price")
    charged = {charge.meter for charge in side.book.charges}
    for index, meter in enumerate(side.book.meters):
        price = joint.value(prices[meter.name], point)
        if price.kind == "price" and index not in charged:
            by_unit.setdefault(words.per(meter.name), []).append(
                f"{meter.name} {words.listed(price, meter.name, side)}"
            )
    return "; ".join(f"{', '.join(shown)} per {per}" for per, shown in by_unit.items())


# ---- figures and announcements -------------------------------------------------------------------

Row = tuple[str, str, str]


def figure_changes(words: Phrasebook) -> Iterator[Change]:
    """Figures for estimates, which price nothing."""
    tables = [_figures(side) for side in (words.old, words.new)]
    alike: dict[tuple[str, str, str, str, str], list[str]] = {}
    for key in dict.fromkeys([*tables[0], *tables[1]]):
        for start, end, was, now in _differences(tables[0].get(key, {}), tables[1].get(key, {})):
            old, new = (
                "none" if value is None else f"{fraction(value[0])} {value[1]}"
                for value in (was, now)
            )
            when = _period(start, end) if words.new.at is None else ""
            alike.setdefault((key[0], key[2], when, old, new), []).append(key[1])
    for (table, column, when, old, new), rows in alike.items():
        who = ", ".join(f"`{row}`" for row in rows)
        models = tuple(row for row in rows if row in words.new.joint.models)
        yield _change(
            "figure",
            f"{table} {column}",
            old,
            new,
            f"{table} {column} of {who}: {old} -> {new}",
            when,
            who,
            models,
        )


def announcement_changes(words: Phrasebook) -> Iterator[Change]:
    """Prices that were announced and withdrawn, which price nothing; no day has them."""
    if words.new.at is not None:
        return
    old, new = (_announced(side.book) for side in (words.old, words.new))
    for model, meter, start in dict.fromkeys([*old, *new]):
        was, now = (found.get((model, meter, start), "none") for found in (old, new))
        if was != now:
            body = f"announced for {written(start)}: {meter} of `{model}`: {was} -> {now}"
            yield _change("announcement", meter, was, now, body, "", f"`{model}`", (model,))


def _period(start: int | None, end: int | None) -> str:
    """A half-open period in words."""
    return " ".join(
        [
            *([f"from {written(start)}"] if start is not None else []),
            *([f"before {written(end)}"] if end is not None else []),
        ]
    )


def _figures(side: BookView) -> dict[Row, dict[int, tuple[Fraction, str]]]:
    found: dict[Row, dict[int, tuple[Fraction, str]]] = {}
    for figure in sorted(side.book.figures, key=lambda figure: figure.start):
        value = (figure.value, figure.unit)
        rows = found.setdefault((figure.table, figure.row, figure.column), {})
        if side.at is None:
            rows[figure.start] = value
        elif figure.start <= side.at:
            rows[0] = value
    return found


def _differences(
    old: Mapping[int, tuple[Fraction, str]], new: Mapping[int, tuple[Fraction, str]]
) -> Iterator[tuple[int, int | None, tuple[Fraction, str] | None, tuple[Fraction, str] | None]]:
    """The periods in which two histories say different things."""
    starts = sorted({*old, *new})
    pairs: list[tuple[int, tuple[Fraction, str] | None, tuple[Fraction, str] | None]] = []
    was = now = None
    for start in starts:
        was, now = old.get(start, was), new.get(start, now)
        if not pairs or pairs[-1][1:] != (was, now):
            pairs.append((start, was, now))
    for number, (start, before, after) in enumerate(pairs):
        if before != after:
            yield start, pairs[number + 1][0] if number + 1 < len(pairs) else None, before, after


def _announced(book: m.Book) -> dict[tuple[str, str, int], str]:
    found = {}
    for said in book.announcements:
        days = f"announced {written(said.announced)}, withdrawn {written(said.withdrawn)}"
        key = (book.models[said.model].name, book.meters[said.meter].name, said.start)
        found[key] = f"{grouped(said.amount)} {book.currency} per {said.per}, {days}"
    return found
