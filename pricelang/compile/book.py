"""Trees to a checked book: the passes in their order, all faults gathered."""

from __future__ import annotations

from itertools import pairwise

from attrs import evolve, frozen

from pricelang.check.amended_charges import amend_charges
from pricelang.check.amendments import allow_values
from pricelang.check.book_files import Layer
from pricelang.check.charges import read_charges
from pricelang.check.checked_rates import CheckedRates
from pricelang.check.claims import read_claims
from pricelang.check.draft import Draft
from pricelang.check.draft_faults import LayerTree
from pricelang.check.examples import read_examples
from pricelang.check.holes import check_holes
from pricelang.check.modifiers import read_limits, read_modifiers
from pricelang.check.names import declare_names
from pricelang.check.rates import read_rates
from pricelang.check.reached_thresholds import check_thresholds
from pricelang.check.size_limits import check_digits
from pricelang.check.stack import in_order, read_exclusions, read_stack
from pricelang.check.statements import read_conversions, read_figures, read_remarks, read_roundings
from pricelang.compile.bounds import check_bounds
from pricelang.compile.dead_lines import check_reach
from pricelang.compile.decisions import compile_rules, stored
from pricelang.compile.exclusions import check_exclusions
from pricelang.compile.free_lines import check_free_lines
from pricelang.compile.gc_guard import uncollected
from pricelang.compile.ladder_reach import check_ladders
from pricelang.compile.layers import check_headers, layer_tree, which_book
from pricelang.compile.modifier_lines import check_modifiers, lines_are_few
from pricelang.compile.priced import (
    check_charges,
    check_models,
    check_priced,
    check_requests,
)
from pricelang.compile.reach import Reach
from pricelang.model import book as m
from pricelang.solver.effort import TooManyPieces
from pricelang.solver.forests import Forests
from pricelang.syntax import tree as t
from pricelang.syntax.diagnostics import BookError, Fault, at_most


@frozen
class Checked:
    """A book, or None where it has faults that leave none;
    `faults` hold warnings too; `texts` are the files by name.
    """

    book: m.Book | None
    faults: tuple[Fault, ...]
    texts: dict[str, str]


def check_layers(layers: tuple[Layer, ...], forests: Forests | None = None) -> Checked:
    """The checked book of some files, and everything wrong with it: the same with `forests` of
    checks before, sooner.
    """
    with uncollected():
        return _check_layers(layers, forests or Forests())


def _check_layers(layers: tuple[Layer, ...], forests: Forests) -> Checked:
    texts = {file.name: file.text for layer in layers for file in layer.files}
    faults: list[Fault] = []
    trees: list[LayerTree] = []
    for layer in layers:
        tree, found = layer_tree(layer)
        faults += found
        if tree is not None:
            trees.append(tree)
    if len(trees) < len(layers):
        return Checked(None, at_most(faults), texts)
    for layer, (base, above) in zip(layers, pairwise(trees), strict=False):
        faults += which_book(layer, base, above)
    draft = Draft(tuple(trees), texts, tuple(faults), forests=forests)
    unread = any(fault.severity == "error" for fault in faults)
    try:
        book = _checked(draft, unread)
    except TooManyPieces:
        what, span = draft.question
        draft.fault("too_large", f"{what} the requests into too many pieces to decide", span)
        book = None
    found_all = at_most([*faults, *draft.faults])
    broken = draft.broken or unread
    return Checked(None if broken else book, found_all, texts)


def book_of_layers(layers: tuple[Layer, ...]) -> m.Book:
    """The checked book of some files. Raises `BookError` with all faults."""
    checked = check_layers(layers)
    if checked.book is None:
        raise BookError(checked.faults, checked.texts)
    return checked.book


@frozen
class _Statements:
    """What the statements of a draft say, kind by kind."""

    rates: CheckedRates
    modifiers: list[m.Modifier]
    limits: list[m.Limit]
    exclusions: list[m.Exclusion]
    stack: list[m.Member]
    charges: list[m.Charge]
    refusals: list[m.Remark]
    free: list[m.Remark]
    notes: list[m.Remark]
    roundings: list[m.Rounding]
    conversions: list[m.Conversion]
    figures: tuple[m.Figure, ...]
    sayings: m.Sayings

    @property
    def prices(self) -> tuple[m.Price, ...]:
        """All prices of tables, meter by meter."""
        return tuple(price for found in self.rates.prices.values() for price in found)


def _rated(rates: CheckedRates) -> dict[int, m.Origin]:
    """The meters that tables price, and where the first price of each stands."""
    return {meter: prices[0].origin for (_, meter), prices in reversed(rates.prices.items())}


def _read(draft: Draft) -> _Statements:
    """Reads the statements of a draft in an order in which each knows what it names."""
    check_headers(draft)
    declare_names(draft)
    allow_values(draft)
    rates = read_rates(draft)
    modifiers = read_modifiers(draft)
    limits = read_limits(draft)
    exclusions = read_exclusions(draft, modifiers)
    stack = read_stack(draft, modifiers, limits)
    charges = amend_charges(draft, read_charges(draft, _rated(rates)), rates.derivations)
    refusals, free, notes = (read_remarks(draft, kind) for kind in (t.Refuse, t.Free, t.Note))
    conversions = read_conversions(draft)
    roundings = read_roundings(draft, conversions)
    figures = tuple(read_figures(draft))
    check_thresholds(draft, figures)
    claims, examples = tuple(read_claims(draft)), tuple(read_examples(draft, conversions))
    general = tuple(note for note in notes if not note.scope)
    return _Statements(
        rates,
        modifiers,
        limits,
        in_order(exclusions, stack),
        stack,
        charges,
        refusals,
        free,
        [note for note in notes if note.scope],
        roundings,
        conversions,
        figures,
        m.Sayings(claims, examples, general),
    )


def _checked(draft: Draft, unread: bool) -> m.Book | None:
    """The book of a draft;
    nothing is decided over all requests where a part of it could not be read.
    """
    found = _read(draft)
    if draft.broken or unread:
        return None
    check_holes(draft, found.sayings.examples)
    check_priced(draft, _rated(found.rates), found.charges)
    check_models(draft, found.prices)
    check_digits(
        draft,
        found.prices,
        found.rates.derivations,
        found.charges,
        found.modifiers,
        found.limits,
        found.stack,
    )
    if not lines_are_few(draft, found.modifiers):
        return None
    return _decided(draft, _assembled(draft, found))


def _assembled(draft: Draft, found: _Statements) -> m.Book:
    """The book of what statements say, before its rules are compiled."""
    top, derivations = draft.layers[-1].header, found.rates.derivations.values()
    return m.Book(
        name=top.name.text,
        title=top.title.text if top.title is not None else top.name.text,
        currency=draft.currency,
        term=draft.layers[-1].term,
        files=tuple(draft.texts),
        sources=tuple(draft.sources.values()),
        models=draft.space.models,
        aliases=tuple(draft.aliases),
        boundaries=draft.space.boundaries,
        dimensions=draft.space.dimensions,
        units=tuple(draft.units),
        meters=tuple(draft.meters),
        groups=tuple(draft.meter_groups.items()),
        sums=draft.space.sums,
        prices=found.prices,
        announcements=tuple(found.rates.announcements),
        derivations=tuple(line for lines in derivations for line in lines),
        modifiers=tuple(found.modifiers),
        limits=tuple(found.limits),
        stack=tuple(found.stack),
        charges=tuple(found.charges),
        exclusions=tuple(found.exclusions),
        refusals=tuple(found.refusals),
        free=tuple(found.free),
        notes=tuple(found.notes),
        roundings=tuple(found.roundings),
        conversions=tuple(found.conversions),
        bases=tuple(layer.header.name.text for layer in draft.layers[:-1]),
        figures=found.figures,
        decisions=m.NO_DECISIONS,
        sayings=lambda: found.sayings,
    )


def _decided(draft: Draft, book: m.Book) -> m.Book | None:
    """A book with its diagrams, on which everything is decided that is said of all requests."""
    compiled = compile_rules(draft, book)
    reach = Reach(draft, book, compiled)
    check_requests(reach)
    check_modifiers(reach)
    check_exclusions(reach)
    check_charges(reach)
    check_ladders(reach)
    check_reach(reach)
    check_bounds(reach)
    check_free_lines(reach)
    if draft.broken:
        return None
    return evolve(book, decisions=stored(compiled.decided, draft.requests.forest))
