"""Trees to a checked book: the passes in their order, all faults gathered."""

from __future__ import annotations

from attrs import frozen

from pricelang.book import model as m
from pricelang.book.charges import read_charges
from pricelang.book.decisions import check_charges, check_exclusions, check_modifiers, check_priced
from pricelang.book.draft import WORDS, Draft, LayerTree
from pricelang.book.files import Layer
from pricelang.book.modifiers import allow_values, read_exclusions, read_limits, read_modifiers, read_stack
from pricelang.book.names import declare_names
from pricelang.book.rates import read_rates
from pricelang.book.remarks import read_conversions, read_figures, read_remarks, read_roundings
from pricelang.book.sayings import read_claims, read_examples
from pricelang.syntax import tree as t
from pricelang.syntax.faults import NOWHERE, BookError, Fault, Span, sort_faults
from pricelang.syntax.parser import parse_file


@frozen
class Checked:
    """A book, or None where it has faults that leave none; `faults` hold warnings too; `texts` are the files by name."""

    book: m.Book | None
    faults: tuple[Fault, ...]
    texts: dict[str, str]


def check_layers(layers: tuple[Layer, ...]) -> Checked:
    """The checked book of some files, and everything wrong with it."""
    texts = {file.name: file.text for layer in layers for file in layer.files}
    faults: list[Fault] = []
    trees: list[LayerTree] = []
    for layer in layers:
        tree, found = _layer_tree(layer)
        faults += found
        if tree is not None:
            trees.append(tree)
    if len(trees) < len(layers):
        return Checked(None, sort_faults(faults), texts)
    draft = Draft(tuple(trees), texts)
    book = _read(draft) if not any(f.code in ("too_large",) for f in faults) else None
    found_all = sort_faults([*faults, *draft.faults])
    broken = any(fault.severity == "error" for fault in found_all)
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
    for file in layer.files:
        tree, found = parse_file(file.name, file.text)
        faults += found
        statements += tree.statements
    headers = [statement for statement in statements if isinstance(statement, t.BookHeader)]
    first = layer.files[0]
    if not headers:
        span = Span(first.name, 1, 1, 1, 2)
        if not any(fault.span.file == first.name and fault.code == "syntax" for fault in faults):
            faults.append(Fault("no_book", "the file does not say which book it is", span, "begin with `book NAME in USD`"))
        return None, faults
    for header in headers[1:]:
        faults.append(Fault("twice", "a book has one header", header.span, None, ((headers[0].span, "the first"),)))
    endings = headers[0].endings
    term = (endings.start.seconds if endings.start else None, endings.end.seconds if endings.end else None)
    return LayerTree(headers[0], tuple(statements), term), faults


def _check_headers(draft: Draft) -> None:
    for number, layer in enumerate(draft.layers):
        header = layer.header
        draft.only(header.endings, WORDS | {"from", "before"}, "the header of a book")
        code = header.currency.text if header.currency is not None else None
        if code is not None and not (len(code) == 3 and code.isalpha() and code.isupper()):
            draft.fault("currency", f"`{code}` is not a currency's code", header.currency.span if header.currency else NOWHERE,
                        "write three capitals such as `USD`")  # fmt: skip
        elif number and code is not None and code != draft.currency:
            draft.fault("currency", f"the book below is in {draft.currency}", header.currency.span if header.currency else NOWHERE)
        if number == 0 and header.extends is None and layer.term != (None, None):
            draft.fault("clause_not_here", "only a book that extends another has a term", header.endings.span)


def _read(draft: Draft) -> m.Book | None:
    _check_headers(draft)
    declare_names(draft)
    allow_values(draft)
    rates = read_rates(draft)
    modifiers = read_modifiers(draft)
    limits = read_limits(draft)
    exclusions = read_exclusions(draft, modifiers)
    stack = read_stack(draft, modifiers, limits)
    rated = {meter for _, meter in rates.prices}
    charges = read_charges(draft, rated)
    refusals, free, notes = (read_remarks(draft, kind) for kind in (t.Refuse, t.Free, t.Note))
    conversions = read_conversions(draft)
    roundings = read_roundings(draft, conversions)
    figures, claims, examples = read_figures(draft), read_claims(draft), read_examples(draft, conversions)
    if any(fault.severity == "error" for fault in draft.faults):
        return None
    check_priced(draft, rated, charges)
    check_modifiers(draft, modifiers, refusals)
    check_exclusions(draft, modifiers, exclusions)
    check_charges(draft, charges, refusals)
    top = draft.layers[-1].header
    return m.Book(
        name=top.name.text, title=top.title.text if top.title is not None else top.name.text, currency=draft.currency,
        term=draft.layers[-1].term, files=tuple(draft.texts), sources=tuple(draft.sources.values()),
        models=draft.space.models, aliases=tuple(draft.aliases), boundaries=draft.space.boundaries,
        dimensions=draft.space.dimensions, units=tuple(draft.units), meters=tuple(draft.meters),
        groups=tuple(draft.meter_groups.items()), sums=draft.space.sums,
        prices=tuple(price for prices in rates.prices.values() for price in prices),
        announcements=tuple(rates.announcements),
        derivations=tuple(line for lines in rates.derivations.values() for line in lines),
        modifiers=tuple(modifiers), limits=tuple(limits), stack=tuple(stack), charges=tuple(charges),
        exclusions=tuple(exclusions), refusals=tuple(refusals), free=tuple(free), notes=tuple(notes),
        roundings=tuple(roundings), conversions=tuple(conversions), figures=tuple(figures), claims=tuple(claims),
        examples=tuple(examples), bases=tuple(layer.header.name.text for layer in draft.layers[:-1]),
    )  # fmt: skip


