"""Trees to a checked book: the passes in their order, all faults gathered."""

from __future__ import annotations

from attrs import evolve, frozen

from pricelang.check.amendments import allow_values
from pricelang.check.charges import read_charges
from pricelang.check.claims_and_examples import read_claims, read_examples
from pricelang.check.draft import WORDS, Draft
from pricelang.check.draft_faults import LayerTree
from pricelang.check.files import Layer
from pricelang.check.holes import check_holes
from pricelang.check.modifiers import read_limits, read_modifiers
from pricelang.check.names import declare_names
from pricelang.check.rates import read_rates
from pricelang.check.size_limits import check_digits
from pricelang.check.stack import in_order, read_exclusions, read_stack
from pricelang.check.statements import read_conversions, read_figures, read_remarks, read_roundings
from pricelang.compile.dead_lines import check_reach
from pricelang.compile.decisions import compile_rules, stored
from pricelang.compile.exclusions import check_exclusions
from pricelang.compile.gc_guard import uncollected
from pricelang.compile.modifier_lines import check_modifiers, lines_are_few
from pricelang.compile.priced import (
    check_charges,
    check_models,
    check_priced,
    check_request_limits,
    check_requests,
)
from pricelang.compile.reach import Reach
from pricelang.model import book as m
from pricelang.solver.effort import TooManyPieces
from pricelang.syntax import tree as t
from pricelang.syntax.diagnostics import NOWHERE, BookError, Fault, Span, at_most
from pricelang.syntax.parser import parse_file


@frozen
class Checked:
    """A book, or None where it has faults that leave none;
    `faults` hold warnings too; `texts` are the files by name.
    """

    book: m.Book | None
    faults: tuple[Fault, ...]
    texts: dict[str, str]


def check_layers(layers: tuple[Layer, ...]) -> Checked:
    """The checked book of some files, and everything wrong with it."""
    with uncollected():
        return _check_layers(layers)


def _check_layers(layers: tuple[Layer, ...]) -> Checked:
    texts = {file.name: file.text for layer in layers for file in layer.files}
    faults: list[Fault] = []
    trees: list[LayerTree] = []
    for layer in layers:
        tree, found = _layer_tree(layer)
        faults += found
        if tree is not None:
            trees.append(tree)
    if len(trees) < len(layers):
        return Checked(None, at_most(faults), texts)
    draft = Draft(tuple(trees), texts, tuple(faults))
    unread = any(fault.severity == "error" for fault in faults)
    try:
        book = _read(draft, unread)
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


def _layer_tree(layer: Layer) -> tuple[LayerTree | None, list[Fault]]:
    faults: list[Fault] = []
    statements: list[t.Statement] = []
    lost: set[str] = set()
    for number, file in enumerate(layer.files):
        tree, found = parse_file(file.name, file.text)
        faults += found
        if number and any(isinstance(statement, t.BookHeader) for statement in tree.statements):
            header = next(x for x in tree.statements if isinstance(x, t.BookHeader))
            faults.append(
                Fault(
                    "twice",
                    "an included file has no header of its own",
                    header.span,
                    "`extends` puts a book over another",
                )
            )
            continue
        statements += tree.statements
        lost |= tree.lost
    headers = [statement for statement in statements if isinstance(statement, t.BookHeader)]
    first = layer.files[0]
    if not headers:
        span = Span(first.name, 1, 1, 1, 2)
        rows = first.text.split("\n")
        if not any(
            f.span.file == first.name and rows[f.span.line - 1].lstrip().startswith("book")
            for f in faults
        ):
            faults.append(
                Fault(
                    "no_book",
                    "the file does not say which book it is",
                    span,
                    "begin with `book NAME in USD`",
                )
            )
        return None, faults
    for header in headers[1:]:
        faults.append(
            Fault(
                "twice",
                "a book has one header",
                header.span,
                None,
                ((headers[0].span, "the first"),),
            )
        )
    endings = headers[0].endings
    term = (
        endings.start.seconds if endings.start else None,
        endings.end.seconds if endings.end else None,
    )
    return LayerTree(headers[0], tuple(statements), term, frozenset(lost)), faults


def _check_headers(draft: Draft) -> None:
    for number, layer in enumerate(draft.layers):
        header = layer.header
        draft.only(header.endings, WORDS | {"from", "before"}, "the header of a book")
        code = header.currency.text if header.currency is not None else None
        if code is not None and not (len(code) == 3 and code.isalpha() and code.isupper()):
            draft.fault(
                "currency",
                f"`{code}` is not a currency's code",
                header.currency.span if header.currency else NOWHERE,
                f"write `{code.upper()}`"
                if len(code) == 3
                else "write three capitals such as `USD`",
            )
        elif number and code is not None and code != draft.currency:
            draft.fault(
                "currency",
                f"the book below is in {draft.currency}",
                header.currency.span if header.currency else NOWHERE,
            )
        if number == 0 and header.extends is None and layer.term != (None, None):
            draft.fault(
                "clause_not_here",
                "only a book that extends another has a term",
                header.endings.span,
            )


def _read(draft: Draft, unread: bool) -> m.Book | None:
    """The book of a draft;
    nothing is decided over all requests where a part of it could not be read.
    """
    _check_headers(draft)
    declare_names(draft)
    allow_values(draft)
    rates = read_rates(draft)
    modifiers = read_modifiers(draft)
    limits = read_limits(draft)
    exclusions = read_exclusions(draft, modifiers)
    stack = read_stack(draft, modifiers, limits)
    exclusions = in_order(exclusions, stack)
    rated = {meter: prices[0].origin for (_, meter), prices in reversed(rates.prices.items())}
    charges = read_charges(draft, rated)
    refusals, free, notes = (read_remarks(draft, kind) for kind in (t.Refuse, t.Free, t.Note))
    conversions = read_conversions(draft)
    roundings = read_roundings(draft, conversions)
    general, notes = [x for x in notes if not x.scope], [x for x in notes if x.scope]
    figures = tuple(read_figures(draft))
    sayings = m.Sayings(
        tuple(read_claims(draft)), tuple(read_examples(draft, conversions)), tuple(general)
    )
    if draft.broken or unread:
        return None
    check_holes(draft, sayings.examples)
    check_priced(draft, rated, charges)
    prices = tuple(price for found in rates.prices.values() for price in found)
    check_models(draft, prices)
    check_digits(draft, prices, rates.derivations, charges, modifiers, limits, stack)
    few = lines_are_few(draft, modifiers)
    top = draft.layers[-1].header
    book = m.Book(
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
        prices=prices,
        announcements=tuple(rates.announcements),
        derivations=tuple(line for lines in rates.derivations.values() for line in lines),
        modifiers=tuple(modifiers),
        limits=tuple(limits),
        stack=tuple(stack),
        charges=tuple(charges),
        exclusions=tuple(exclusions),
        refusals=tuple(refusals),
        free=tuple(free),
        notes=tuple(notes),
        roundings=tuple(roundings),
        conversions=tuple(conversions),
        bases=tuple(layer.header.name.text for layer in draft.layers[:-1]),
        figures=figures,
        decisions=m.NO_DECISIONS,
        sayings=lambda: sayings,
    )
    return _decided(draft, book) if few else None


def _decided(draft: Draft, book: m.Book) -> m.Book | None:
    """A book with its diagrams, on which everything is decided that is said of all requests."""
    compiled = compile_rules(draft, book)
    reach = Reach(draft, book, compiled)
    check_requests(reach)
    check_modifiers(reach)
    check_exclusions(reach)
    check_charges(reach)
    check_reach(reach)
    check_request_limits(reach)
    if draft.broken:
        return None
    return evolve(book, decisions=stored(compiled.decided, draft.requests.forest))
