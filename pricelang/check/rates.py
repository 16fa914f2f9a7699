"""Second pass: tables of rates and derivations,
and the check that each figure is what the book derives or stands instead of.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from attrs import Factory, define, evolve

from pricelang.check.draft import SCOPED, WORDS, Draft, span_of
from pricelang.check.names import row_words
from pricelang.check.percents import check_factor
from pricelang.model import book as m
from pricelang.model.space import day, meet, without
from pricelang.present.decimals import money
from pricelang.solver.effort import Effort
from pricelang.syntax import tree as t
from pricelang.syntax.diagnostics import Span

MAX_DEPTH = 16


@define
class CheckedRates:
    """The prices and derivations of a book, by (model, meter) and by meter."""

    prices: dict[tuple[int, int], list[m.Price]]
    announcements: list[m.Announcement]
    derivations: dict[int, list[m.Derivation]]
    spans: dict[m.Price, Span]
    effort: Effort = Factory(Effort)

    def pieces(
        self, model: int, meter: int, scope: m.Scope, rank: int, depth: int = 0
    ) -> Iterator[tuple[m.Scope, Fraction | None, m.Origin]]:
        """The price (per one of the meter's unit,
        before factors) of a model's meter in each part of a scope.

        Prices above `rank` are left aside. A part with None is not offered;
        a part that has no price is not yielded.
        """
        rest = [scope]
        candidates = [price for price in self.prices.get((model, meter), ()) if price.rank <= rank]
        for price in sorted(candidates, key=lambda price: -price.rank):
            for part in rest:
                shared = meet(part, price.scope)
                if shared is not None:
                    yield from self._price(price, shared, rank, depth)
            rest = without(rest, [price.scope], self.effort)

    def _price(
        self, price: m.Price, scope: m.Scope, rank: int, depth: int
    ) -> Iterator[tuple[m.Scope, Fraction | None, m.Origin]]:
        if price.kind == "absent":
            yield scope, None, price.origin
        elif price.kind == "amount":
            yield scope, (price.amount or Fraction(0)) / price.size, price.origin
        elif depth < MAX_DEPTH:
            rest = [scope]
            for derivation in sorted(
                self.derivations.get(price.meter, ()), key=lambda d: not d.special
            ):
                for part in rest:
                    shared = meet(part, derivation.scope)
                    if shared is not None:
                        for piece, amount, _ in self.pieces(
                            price.model, derivation.of, shared, rank, depth + 1
                        ):
                            yield (
                                piece,
                                None if amount is None else amount * derivation.factor,
                                derivation.origin,
                            )
                rest = without(rest, [derivation.scope], self.effort)


def read_rates(draft: Draft) -> CheckedRates:
    """All prices of the models, each with its scope and rank."""
    draft.deciding("the rates cut", draft.layers[-1].header.span)
    rates = CheckedRates({}, [], {}, {}, draft.space.effort)
    _derivations(draft, rates)
    groups: dict[tuple[int, m.Scope, int, int], list[tuple[int, m.Price]]] = {}
    for layer, statement in draft.statements(t.Rates):
        _read_table(draft, rates, groups, layer, statement)
    charged = {statement.name.text for _, statement in draft.statements(t.Charge)}
    for derivations in rates.derivations.values():
        for line in derivations:
            if draft.meters[line.of].name in charged:
                draft.fault(
                    "derived",
                    f"`{draft.meters[line.of].name}` has a charge, and nothing is derived "
                    "from a charge",
                    span_of(line.origin),
                )
    for (layer, condition, _, _), rows in groups.items():
        _place_rows(draft, rates, layer, condition, rows)
    if not draft.broken:
        _check_overrides(draft, rates)
    return rates


def _derivations(draft: Draft, rates: CheckedRates) -> None:
    for layer, statement in draft.statements(t.Derive):
        draft.only(statement.endings, WORDS, "the general line of `derive`")
        meter, of = draft.meter(statement.meter), draft.meter(statement.of)
        if meter is None or of is None or not draft.declare("derivation of", statement.meter):
            continue
        lines = [(statement.factor, of, statement.endings, statement.span, False)]
        for line in statement.exceptions:
            draft.only(line.endings, SCOPED | WORDS, "an exception")
            base = draft.meter(line.of)
            if base is not None:
                lines.append((line.factor, base, line.endings, line.span, True))
        found = rates.derivations.setdefault(meter, [])
        for factor, base, endings, span, special in lines:
            if draft.meters[base].kind != draft.meters[meter].kind:
                draft.fault(
                    "unit",
                    f"`{statement.meter.text}` and `{draft.meters[base].name}` are counted "
                    "in different units",
                    span,
                )
            check_factor(draft, factor, "{} x")
            if not factor.value:
                draft.fault(
                    "zero", "a factor of zero makes things free without saying so", factor.span
                )
            origin = draft.origin(span, endings, statement.endings)
            new = m.Derivation(
                meter, draft.scope(endings, layer), factor.value, base, special, origin
            )
            for other in found:
                if special and other.special and meet(other.scope, new.scope) is not None:
                    draft.fault(
                        "overlap",
                        f"two exceptions derive `{statement.meter.text}` for the same requests",
                        span,
                        None,
                        (span_of(other.origin), "the other"),
                    )
            found.append(new)
    _check_circles(draft, rates)
    _check_depth(draft, rates)


def _check_depth(draft: Draft, rates: CheckedRates) -> None:
    """Prices are followed through so many derivations and no further,
    where nothing would be left of them.
    """
    depths: dict[int, int] = {}
    for _ in range(MAX_DEPTH + 1):
        depths = {
            meter: 1 + max((depths.get(line.of, 0) for line in lines), default=0)
            for meter, lines in rates.derivations.items()
        }
    deep = [
        line
        for meter, lines in rates.derivations.items()
        if depths[meter] > MAX_DEPTH
        for line in lines
    ]
    if deep:
        draft.fault(
            "too_large",
            f"`{draft.meters[deep[0].meter].name}` is derived over more than {MAX_DEPTH} meters",
            span_of(deep[0].origin),
            "derive it from a meter that has prices of its own",
        )


def _check_circles(draft: Draft, rates: CheckedRates) -> None:
    for meter in rates.derivations:
        seen, todo = set(), [meter]
        while todo:
            for line in rates.derivations.get(todo.pop(), ()):
                if line.of == meter:
                    first = rates.derivations[meter][0].origin
                    others = (
                        () if first == line.origin else ((span_of(first), "and that from this"),)
                    )
                    draft.fault(
                        "cycle",
                        f"`{draft.meters[meter].name}` is derived from itself",
                        span_of(line.origin),
                        None,
                        *others,
                    )
                    rates.derivations = {known: [] for known in rates.derivations}
                    return
                if line.of not in seen:
                    seen.add(line.of)
                    todo.append(line.of)


def _read_table(
    draft: Draft,
    rates: CheckedRates,
    groups: dict[tuple[int, m.Scope, int, int], list[tuple[int, m.Price]]],
    layer: int,
    statement: t.Rates,
) -> None:
    draft.only(statement.endings, WORDS | {"when"}, "a table of rates")
    names = [
        cell.value.text if isinstance(cell.value, t.Name) else ""
        for cell in statement.table.header.cells
    ]
    columns = {name: index for index, name in enumerate(names)}
    if len(columns) < len(names):
        twice = next(
            cell for i, cell in enumerate(statement.table.header.cells) if names[i] in names[:i]
        )
        name = names[statement.table.header.cells.index(twice)]
        draft.fault("twice", f"column `{name}` stands twice", twice.span)
        return
    for needed in ("model", "from"):
        if needed not in columns:
            draft.fault("table", f"the table has no column `{needed}`", statement.table.header.span)
            return
    if (
        statement.announced
        and statement.withdrawn
        and statement.withdrawn.seconds < statement.announced.seconds
    ):
        draft.fault(
            "bad_period",
            "the prices are withdrawn before they are announced",
            statement.withdrawn.span,
        )
    condition = draft.condition(statement.endings.when)
    meters = {}
    for name, cell in zip(names, statement.table.header.cells, strict=True):
        if name not in ("model", "from", "see", "unsure") and isinstance(cell.value, t.Name):
            meter = draft.meter(cell.value)
            if meter is not None:
                meters[columns[name]] = meter
    for row in statement.table.rows:
        if len(row.cells) == len(names):
            _read_row(draft, rates, groups, layer, statement, row, columns, meters, condition)


def _read_row(
    draft: Draft,
    rates: CheckedRates,
    groups: dict[tuple[int, m.Scope, int, int], list[tuple[int, m.Price]]],
    layer: int,
    statement: t.Rates,
    row: t.Row,
    columns: dict[str, int],
    meters: dict[int, int],
    condition: m.Scope,
) -> None:
    name, start = row.cells[columns["model"]].value, row.cells[columns["from"]].value
    if not isinstance(name, t.Name) or not isinstance(start, t.Date):
        draft.fault(
            "table",
            "a row begins with a model and the day from which it holds",
            row.cells[columns["model" if not isinstance(name, t.Name) else "from"]].span,
        )
        return
    if name.text not in draft.model_index:
        draft.unknown("model", name, draft.model_index)
        return
    model = draft.model_index[name.text]
    origin = row_words(draft, row, columns, statement.endings)
    for column, meter in meters.items():
        cell = row.cells[column]
        size, per = draft.per_size(statement.per, meter, statement.per.span)
        if cell.kind == "blank":
            draft.fault(
                "blank_cell",
                f"the price of `{draft.meters[meter].name}` is blank, and a blank means nothing",
                cell.span,
                "write an amount, `derived` or `not offered`",
            )
            continue
        place = m.Origin(
            origin.file,
            origin.line,
            cell.span.column,
            cell.span.end_column - cell.span.column,
            origin.source,
            origin.unsure,
            origin.because,
        )
        price = _cell_price(
            draft, rates, cell, model, meter, 2 * layer + (1 if condition else 0), size, per, place
        )
        if price is None:
            continue
        if statement.announced is not None and statement.withdrawn is not None:
            if price.amount is None:
                draft.fault("table", "what was announced is an amount", cell.span)
            rates.announcements.append(
                m.Announcement(
                    model,
                    meter,
                    start.seconds,
                    price.amount or Fraction(0),
                    per,
                    statement.announced.seconds,
                    statement.withdrawn.seconds,
                    price.origin,
                )
            )
            continue
        rates.spans[price] = cell.span
        groups.setdefault((layer, condition, model, meter), []).append((start.seconds, price))


def _cell_price(
    draft: Draft,
    rates: CheckedRates,
    cell: t.Cell,
    model: int,
    meter: int,
    rank: int,
    size: Fraction,
    per: str,
    origin: m.Origin,
) -> m.Price | None:
    name = draft.meters[meter].name
    if cell.kind == "not_offered":
        return m.Price(model, meter, rank, (), "absent", None, None, per, size, origin)
    if cell.kind == "derived":
        if meter not in rates.derivations:
            draft.fault("derived", f"no `derive` says what `{name}` is derived from", cell.span)
            return None
        return m.Price(model, meter, rank, (), "derived", None, None, per, size, origin)
    if isinstance(cell.value, t.Money):
        amount = draft.money(cell.value)
        if not amount and origin.because is None:
            draft.fault(
                "zero",
                "a price of zero makes things free without saying so",
                cell.value.span,
                'say why: `rates per ... because "..."`',
            )
        instead = draft.money(cell.instead_of) if cell.instead_of is not None else None
        kind: m.PriceKind = (
            "derived" if meter in rates.derivations and instead is None else "amount"
        )
        return m.Price(model, meter, rank, (), kind, amount, instead, per, size, origin)
    help = (
        f"write `${cell.value.written}`"
        if isinstance(cell.value, t.Number) and draft.currency == "USD"
        else None
    )
    draft.fault(
        "table", f"the price of `{name}` is an amount, `derived` or `not offered`", cell.span, help
    )
    return None


def _place_rows(
    draft: Draft,
    rates: CheckedRates,
    layer: int,
    condition: m.Scope,
    rows: list[tuple[int, m.Price]],
) -> None:
    """Gives each row its period:
    until the next row that prices the same meter of the same model.
    """
    rows.sort(key=lambda row: row[0])
    for number, (start, price) in enumerate(rows):
        end = rows[number + 1][0] if number + 1 < len(rows) else None
        span = rates.spans[price]
        if end == start:
            other = rates.spans[rows[number + 1][1]]
            model = draft.space.models[price.model].name
            if not any(
                f.code == "twice" and f.span.line == max(span, other).line for f in draft.faults
            ):
                draft.fault(
                    "twice",
                    f"two rows price `{model}` from the same day",
                    max(span, other),
                    None,
                    (min(span, other), "the other"),
                )
            continue
        scope: m.Scope | None = draft.term(layer)
        for part in (condition, draft.space.period(start, end), ((m.MODELS, 1 << price.model),)):
            scope = meet(scope, part) if scope is not None else None
        if scope is None:
            draft.fault("never_holds", "the price holds on no day of the book's term", span)
            continue
        placed = evolve(price, scope=draft.trim(scope))
        rates.spans[placed] = span
        rates.prices.setdefault((price.model, price.meter), []).append(placed)


def _check_overrides(draft: Draft, rates: CheckedRates) -> None:
    """Each figure against what it must be: what is derived, or what it stands instead of."""
    for (model, meter), prices in rates.prices.items():
        for number, price in enumerate(prices):
            span = rates.spans[price]
            rates.effort.spend(number)
            for other in prices[:number]:
                if other.rank == price.rank and meet(other.scope, price.scope) is not None:
                    draft.fault(
                        "overlap",
                        f"two prices of `{draft.meters[meter].name}` hold for the same requests",
                        span,
                        None,
                        (rates.spans[other], "the other"),
                    )
            if price.kind == "derived" and price.amount is not None:
                _check_figure(draft, rates, price, span)
            elif price.kind == "amount":
                _check_instead(draft, rates, model, meter, price, span)


def _check_figure(draft: Draft, rates: CheckedRates, price: m.Price, span: Span) -> None:
    for piece, amount, origin in rates._price(price, price.scope, price.rank, 0):
        if amount is not None and amount * price.size != price.amount:
            derived, written = (
                money(amount * price.size, draft.currency),
                money(price.amount or Fraction(0), draft.currency),
            )
            model, meter = draft.space.models[price.model].name, draft.meters[price.meter].name
            later = _begins_later(draft, price.scope, piece)
            help = f"write `derived`, or, if the page prints it, `{written} instead of {derived}`"
            if later:
                help = (
                    f"add a row from {later} in which `{meter}` is `derived`, as the price that "
                    "it comes from changes then"
                )
            draft.fault(
                "figure_differs",
                f"the figure is {written}, but {derived} is derived for `{meter}` of `{model}`"
                + (f" from {later}" if later else ""),
                span,
                help,
                (span_of(origin), "derived here"),
            )
            return


def _begins_later(draft: Draft, scope: m.Scope, piece: m.Scope) -> str | None:
    """The day on which a part of a row's scope begins, where that is later than the row."""
    starts = []
    for part in (scope, piece):
        mask = dict(part).get(m.DATES, 1)
        starts.append((mask & -mask).bit_length() - 1)
    return day(draft.space.instant(starts[1])) if starts[1] > starts[0] else None


def _check_instead(
    draft: Draft, rates: CheckedRates, model: int, meter: int, price: m.Price, span: Span
) -> None:
    below = list(rates.pieces(model, meter, price.scope, price.rank - 1))
    if not below and meter in rates.derivations:
        below = list(rates._price(evolve(price, kind="derived"), price.scope, price.rank, 0))
    offered = [(amount, origin) for _, amount, origin in below if amount is not None]
    parting = [
        piece
        for piece, amount, _ in below
        if amount is not None and amount * price.size != price.instead_of
    ]
    if price.instead_of is None:
        if offered:
            held = money(offered[0][0] * price.size, draft.currency)
            draft.fault(
                "overrides",
                f"the price stands against {held} without saying so",
                span,
                f"write `instead of {held}`",
                (span_of(offered[0][1]), "the price it stands against"),
            )
        return
    if not offered:
        draft.fault(
            "stale_instead_of",
            "there is no price that this one could stand instead of",
            span,
            "drop the `instead of`",
        )
    for amount, origin in offered:
        if amount * price.size != price.instead_of:
            held = money(amount * price.size, draft.currency)
            written = money(price.instead_of, draft.currency)
            later = _begins_later(draft, price.scope, parting[0])
            help = (
                f"add a row from {later}, as what it stands against changes then"
                if later
                else f"check the price and write `instead of {held}`"
            )
            draft.fault(
                "stale_instead_of",
                f"the price stands instead of {written}, but what it stands against is {held}"
                + (f" from {later}" if later else ""),
                span,
                help,
                (span_of(origin), f"{held} comes from here"),
            )
            return
