"""A book while it is checked: its names and faults so far, and scopes made from clauses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import TypeVar

from attrs import Factory, define, frozen

from pricelang.model import book as m
from pricelang.model.requests import Requests, requests_in
from pricelang.model.space import Space, axis_of, first_sum, meet, point_mask, sides_of
from pricelang.model.units import TIMES, find_unit, plural
from pricelang.present.text import did_you_mean
from pricelang.syntax import tree as t
from pricelang.syntax.diagnostics import Fault, Span

S = TypeVar("S", bound=t.Statement)

ENDINGS = {
    "for": "models",
    "except for": "except_models",
    "when": "when",
    "from": "start",
    "before": "end",
    "then": "then",
    "because": "because",
    "unsure": "unsure",
    "see": "see",
}
SCOPED = frozenset({"for", "except for", "when", "from", "before"})
WORDS = frozenset({"because", "unsure", "see"})


def span_of(origin: m.Origin) -> Span:
    """The stretch of the file that an origin names."""
    return Span(
        origin.file, origin.line, origin.column, origin.line, origin.column + max(1, origin.width)
    )


@frozen
class LayerTree:
    """The statements of one book, its term (UTC seconds), and words of unreadable statements."""

    header: t.BookHeader
    statements: tuple[t.Statement, ...]
    term: tuple[int | None, int | None]
    lost: frozenset[str]


@define
class Draft:
    """What is known of a book so far. Passes add to it in order; `faults` are all faults."""

    layers: tuple[LayerTree, ...]
    texts: dict[str, str]
    parsing: tuple[Fault, ...] = ()
    faults: list[Fault] = Factory(list)
    sources: dict[str, m.Source] = Factory(dict)
    units: list[m.Unit] = Factory(lambda: list(TIMES))
    meters: list[m.Meter] = Factory(list)
    meter_index: dict[str, int] = Factory(dict)
    meter_groups: dict[str, tuple[int, ...]] = Factory(dict)
    model_index: dict[str, int] = Factory(dict)
    model_groups: dict[str, int] = Factory(dict)
    aliases: list[m.Alias] = Factory(list)
    dimension_index: dict[str, int] = Factory(dict)
    value_index: list[dict[str, int]] = Factory(list)
    sum_index: dict[tuple[int, ...], int] = Factory(dict)
    modifier_index: dict[str, int] = Factory(dict)
    limit_index: dict[str, int] = Factory(dict)
    places: dict[tuple[str, str], Span] = Factory(dict)
    space: Space = Factory(lambda: Space((), (), (), ()))
    asked: tuple[str, Span] | None = None
    _requests: Requests | None = None

    @property
    def requests(self) -> Requests:
        """The requests that exist, as far as names are read."""
        if self._requests is None or self._requests.space is not self.space:
            self._requests = requests_in(self.space)
        return self._requests

    def deciding(self, what: str, span: Span) -> None:
        """Says which question is looked at, for the case that it is too large to decide;
        `what` ends in `cut` or `cuts`.
        """
        self.asked = what, span

    @property
    def question(self) -> tuple[str, Span]:
        """The question that is looked at."""
        return self.asked or ("the rules cut", self.layers[-1].header.span)

    # ---- statements ----

    def statements(self, kind: type[S]) -> Iterator[tuple[int, S]]:
        """The statements of a kind in all layers, each with the number of its layer."""
        for number, layer in enumerate(self.layers):
            for statement in layer.statements:
                if isinstance(statement, kind):
                    yield number, statement

    def term(self, layer: int) -> m.Scope:
        """The term of a layer as a scope."""
        return self.space.period(*self.layers[layer].term)

    @property
    def currency(self) -> str:
        """The currency of the lowest book."""
        named = self.layers[0].header.currency
        return named.text.upper() if named is not None else "USD"

    # ---- faults ----

    def fault(
        self,
        code: str,
        message: str,
        span: Span,
        help: str | None = None,
        *others: tuple[Span, str],
        severity: str = "error",
    ) -> None:
        """Adds a fault."""
        self.faults.append(Fault(code, message, span, help, others, severity))

    def overlap(self, message: str, span: Span, other: Span, help: str | None = None) -> None:
        """Adds the fault of two lines that hold for the same requests."""
        self.fault("overlap", message, span, help, (other, "the other"))

    def no_zero(self, kind: str, number: t.Number | t.Money, help: str | None = None) -> None:
        """Adds a fault where a price, a factor or a rate is zero."""
        if not number.value:
            message = f"{kind} of zero makes things free without saying so"
            self.fault("zero", message, number.span, help)

    def needs_reason(self, kind: str, span: Span, *endings: t.Endings) -> None:
        """Adds a fault where no clause `because` gives a reason."""
        if all(e.because is None for e in endings):
            self.fault("no_reason", f"{kind} needs a reason", span, 'add `because "..."`')

    @property
    def broken(self) -> bool:
        """Whether anything is wrong that leaves no book."""
        return any(fault.severity == "error" for fault in self.faults)

    def unknown(self, kind: str, name: t.Name, known: Iterable[str], of: str = "") -> None:
        """Adds the fault of an unknown name; `of` says whose name it would be."""
        if any(name.text in layer.lost for layer in self.layers) or any(
            f.span == name.span for f in self.parsing
        ):
            return  # its declaration could not be read, which is a fault already
        names = sorted(set(known))
        help = did_you_mean(name.text, names)
        if help is None and 0 < len(names) <= 12:
            help = f"known: {', '.join(names)}"
        self.fault(
            f"unknown_{kind.replace(' ', '_')}",
            f"unknown {kind} `{name.text}`{of}",
            name.span,
            help,
        )

    def declare(self, kind: str, name: t.Name) -> bool:
        """Declares a name; False after the fault of a name that is declared already."""
        first = self.places.get((kind, name.text))
        if first is not None:
            message = f"{kind} `{name.text}` is declared twice"
            self.fault("twice", message, name.span, None, (first, "first here"))
            return False
        self.places[kind, name.text] = name.span
        return True

    def only(self, endings: t.Endings, allowed: Iterable[str], where: str) -> None:
        """Adds a fault for each clause that has no meaning in a place."""
        for written in ENDINGS.keys() - set(allowed):
            found = getattr(endings, ENDINGS[written])
            if found:
                first = found[0] if isinstance(found, tuple) else found
                self.fault("clause_not_here", f"`{written}` has no meaning in {where}", first.span)

    # ---- names to things ----

    def origin(self, span: Span, *endings: t.Endings) -> m.Origin:
        """The origin of a rule, each of its words from the first of `endings` that has one."""
        see = next((e.see for e in endings if e.see is not None), None)
        if see is not None and see.text not in self.sources:
            self.unknown("source", see, self.sources)
        unsure = next((e.unsure.text for e in endings if e.unsure is not None), None)
        because = next((e.because.text for e in endings if e.because is not None), None)
        end = span.end_column if span.end_line == span.line else len(self.row(span)) + 1
        return m.Origin(
            span.file,
            span.line,
            span.column,
            end - span.column,
            see.text if see else None,
            unsure,
            because,
        )

    def row(self, span: Span) -> str:
        """The line of text on which a span begins."""
        rows = self.texts.get(span.file, "").split("\n")
        return rows[span.line - 1].rstrip() if span.line <= len(rows) else ""

    def model_mask(self, names: Sequence[t.Name]) -> int:
        """The models that names of models and groups stand for, as a bit mask."""
        mask = 0
        for name in names:
            if name.text in self.model_index:
                mask |= 1 << self.model_index[name.text]
            elif name.text in self.model_groups:
                mask |= self.model_groups[name.text]
            else:
                self._no_model(name)
        return mask

    def _no_model(self, name: t.Name) -> None:
        alias = next((alias for alias in self.aliases if alias.name == name.text), None)
        if alias is None:
            self.unknown("model", name, [*self.model_index, *self.model_groups])
        else:
            target = next(x for x, index in self.model_index.items() if index == alias.model)
            message = f"`{name.text}` is an alias, which may move"
            self.fault("alias", message, name.span, f"write `{target}`")

    def meter_set(self, names: Sequence[t.Name]) -> tuple[int, ...]:
        """The meters that names of meters, groups and units stand for, in order, each once."""
        found: dict[int, None] = {}
        for name in names:
            if name.text in self.meter_index:
                found[self.meter_index[name.text]] = None
            elif name.text in self.meter_groups:
                found |= dict.fromkeys(self.meter_groups[name.text])
            else:
                found |= dict.fromkeys(self._meters_in(name))
        return tuple(found)

    def _meters_in(self, name: t.Name) -> list[int]:
        """The meters counted in a unit; a time and a quantity such as `MTok` name no meters."""
        unit, help = find_unit(name.text, self.units), None
        message: str | None = None
        if unit is None:
            units = (plural(meter.unit) for meter in self.meters if meter.kind != "second")
            self.unknown("meter", name, [*self.meter_index, *self.meter_groups, *units])
            return []
        members = [i for i, meter in enumerate(self.meters) if meter.kind == unit.kind]
        if unit.kind == "second":
            timed = [self.meters[i].name for i in members]
            message = f"`{name.text}` is a time, and no name for meters"
            help = "name the meters: " + ", ".join(timed) if timed else None
        elif unit.name != unit.kind:
            message = f"`{name.text}` is a quantity, and no name for meters"
            help = f"write `{plural(unit.kind)}`"
        elif not members:
            message = f"no meter is counted in `{name.text}`"
        if message:
            self.fault("unknown_meter", message, name.span, help)
            return []
        return members

    def modifier(self, name: t.Name) -> int | None:
        """The modifier of a name, or None after a fault."""
        if name.text not in self.modifier_index:
            self.unknown("modifier", name, self.modifier_index)
        return self.modifier_index.get(name.text)

    def meter(self, name: t.Name) -> int | None:
        """The meter of a name, or None after a fault."""
        if name.text not in self.meter_index:
            self.unknown("meter", name, self.meter_index)
        return self.meter_index.get(name.text)

    def unit(self, name: t.Name) -> m.Unit | None:
        """The unit of a name, or None after a fault."""
        found = find_unit(name.text, self.units)
        if found is None:
            self.unknown("unit", name, [unit.name for unit in self.units])
        return found

    def per_size(self, per: t.Per, meter: int, span: Span) -> tuple[Fraction, str]:
        """How many of a meter's unit a price is for, and how that is written."""
        unit = self.unit(per.unit)
        number = per.number.value if per.number is not None else Fraction(1)
        written = (
            f"{per.number.written} {per.unit.text}" if per.number is not None else per.unit.text
        )
        if not number:
            self.fault("unit", "a price is per some quantity above zero", per.span)
            return Fraction(1), written
        if unit is None:
            return number, written
        if unit.kind != self.meters[meter].kind:
            name, counted = self.meters[meter].name, plural(self.meters[meter].unit)
            message = f"`{name}` is counted in {counted}, not in {plural(unit.name)}"
            self.fault("unit", message, span)
            return number, written
        return number * unit.size / self.meters[meter].size, written

    def money(self, money: t.Money) -> Fraction:
        """An amount in the book's currency; another currency is a fault."""
        if money.currency != self.currency:
            message = (
                f"`{money.written}` is in {money.currency}, but the book is in {self.currency}"
            )
            self.fault("currency", message, money.span)
        return money.value

    # ---- scopes ----

    def condition(self, tests: Sequence[t.Test]) -> m.Scope:
        """The scope of a condition."""
        scope: m.Scope = ()
        for test in tests:
            part = self._is_test(test) if isinstance(test, t.IsTest) else self._threshold(test)
            both = meet(scope, part)
            if both is None:
                self.fault("never_holds", "the condition holds for no request", test.span)
            else:
                scope = both
        return self.trim(scope)

    def _is_test(self, test: t.IsTest) -> m.Scope:
        index = self.dimension_index.get(test.dimension.text)
        if index is None:
            self.unknown("dimension", test.dimension, self.dimension_index)
            return ()
        mask = 0
        for value in test.values:
            known = self.value_index[index]
            if value.text not in known:
                self.unknown("value", value, known, f" of `{test.dimension.text}`")
            elif mask >> known[value.text] & 1:
                self.fault("twice", f"`{value.text}` appears twice in one condition", value.span)
            else:
                mask |= 1 << known[value.text]
        return ((axis_of(index), mask),) if mask else ()

    def threshold_sides(self, test: t.Threshold) -> tuple[int, tuple[int, ...]] | None:
        """The sum of a threshold and the points of its axis on which it holds, if a rule has it."""
        index = self.sum_index.get(tuple(sorted(self.meter_set(test.meters))))
        if index is None or test.limit.value not in self.space.sums[index].limits:
            return None
        return index, sides_of(self.space.sums[index].limits, test.limit.value, test.over)

    def _threshold(self, test: t.Threshold) -> m.Scope:
        found = self.threshold_sides(test)
        if found is None:
            return ()
        index, sides = found
        return ((first_sum(self.space.dimensions) + index, point_mask(sides)),)

    def scope(self, endings: t.Endings, layer: int, *more: m.Scope) -> m.Scope:
        """The scope of clauses within the term of their layer; an empty scope is a fault."""
        before = len(self.faults)
        scope: m.Scope | None = self.term(layer)
        everyone = (1 << len(self.model_index)) - 1
        parts = [self.condition(endings.when), self.space.period(*self.bounds(endings)), *more]
        if endings.models:
            parts.append(((m.MODELS, self.model_mask(endings.models)),))
        if endings.except_models:
            parts.append(((m.MODELS, everyone & ~self.model_mask(endings.except_models)),))
        for part in parts:
            scope = meet(scope, part) if scope is not None else None
        if scope is None or any(not mask for _, mask in scope):
            if len(self.faults) == before:
                self.fault("never_holds", "the line holds for no request", endings.span)
            return ((m.MODELS, 0),)
        return self.trim(scope)

    def bounds(self, endings: t.Endings) -> tuple[int | None, int | None]:
        """The period of a line in UTC seconds."""
        return (
            endings.start.seconds if endings.start else None,
            endings.end.seconds if endings.end else None,
        )

    def trim(self, scope: m.Scope) -> m.Scope:
        """The scope without the axes on which it restricts nothing."""
        return tuple(
            (axis, mask) for axis, mask in scope if mask != (1 << self.space.size(axis)) - 1
        )
