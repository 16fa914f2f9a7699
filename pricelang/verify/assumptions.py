"""A book under an assumption: what would hold if a derivation or a multiplier were another.

An assumption is written as the book would say it: `cache_read is 0.2 x input`, which stands in the
place of the general derivation of that meter (its exceptions stay), or `batch is x 0.4 on input`,
which stands in the place of every factor of the multiplier on those meters.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from attrs import evolve

from pricelang.model import book as m
from pricelang.model.errors import BadRequest
from pricelang.model.units import plural
from pricelang.present.text import help_for
from pricelang.syntax import tree as t
from pricelang.syntax.parser import parse_file

FORMS = "write `METER is N x METER`, as `derive` does, or `MULTIPLIER is x N on METERS`"


def assumed(book: m.Book, assumptions: Iterable[str]) -> m.Book:
    """A book with each assumption in the place of what it says.

    Raises `BadRequest`: `assumption` for a text that is none or that changes nothing of the book,
    and `unknown_name` for a name that the book does not have.

    >>> import pricelang
    >>> book = pricelang.load().checked
    >>> {str(line.factor) for line in assumed(book, ["cache_read is 0.2 x input"]).derivations} - {
    ...     str(line.factor) for line in book.derivations
    ... }
    {'1/5'}
    """
    for text in assumptions:
        book = _with(book, text)
    return book


def _with(book: m.Book, text: str) -> m.Book:
    derive, claim = (_statement(f"{word} {text}\n") for word in ("derive", "claim"))
    if isinstance(derive, t.Derive):
        return _derived(book, derive, text)
    if isinstance(claim, t.Claim) and isinstance(claim.body, t.ClaimIs):
        return _multiplied(book, claim.body, text)
    raise BadRequest("assumption", f"`{text}` is no assumption", help=FORMS)


def _statement(text: str) -> t.Statement | None:
    tree, faults = parse_file("assumption", text)
    return tree.statements[0] if len(tree.statements) == 1 and not faults else None


def _derived(book: m.Book, said: t.Derive, text: str) -> m.Book:
    meters = [meter.name for meter in book.meters]
    meter, of = _index(meters, said.meter.text, "meter"), _index(meters, said.of.text, "meter")
    lines = tuple(
        evolve(line, factor=said.factor.value, of=of)
        if line.meter == meter and not line.rank
        else line
        for line in book.derivations
    )
    if not any(line.meter == meter for line in book.derivations):
        message = (
            f"no price of `{said.meter.text}` is derived, so that nothing follows from `{text}`"
        )
        raise BadRequest("assumption", message)
    return evolve(book, derivations=lines)


def _multiplied(book: m.Book, said: t.ClaimIs, text: str) -> m.Book:
    names = [modifier.name for modifier in book.modifiers]
    index = _index(names, said.name.text, "multiplier")
    meters = {meter for name in said.factor.meters for meter in _meters(book, name.text)}
    modifier = book.modifiers[index]
    lines = tuple(_with_factor(line, meters, said.factor.factor.value) for line in modifier.lines)
    if not any(meter in meters for line in modifier.lines for meter, _ in line.factors):
        name = modifier.name
        message = f"`{name}` has no factor on these meters, so that nothing follows from `{text}`"
        raise BadRequest("assumption", message)
    changed = evolve(modifier, lines=lines)
    modifiers = (*book.modifiers[:index], changed, *book.modifiers[index + 1 :])
    return evolve(book, modifiers=modifiers)


def _with_factor(line: m.ModifierLine, meters: set[int], factor: Fraction) -> m.ModifierLine:
    factors = ((meter, factor if meter in meters else old) for meter, old in line.factors)
    return evolve(line, factors=tuple(factors))


def _meters(book: m.Book, name: str) -> Sequence[int]:
    """The meters of a name: a meter, a group, or all that are counted in a unit (`tokens`)."""
    groups = dict(book.groups)
    if name in groups:
        return groups[name]
    names = [meter.name for meter in book.meters]
    counted = [n for n, meter in enumerate(book.meters) if plural(meter.unit) == name]
    return counted if counted and name not in names else [_index(names, name, "meter")]


def _index(names: Sequence[str], name: str, what: str) -> int:
    if name not in names:
        message = f"the book has no {what} `{name}`"
        raise BadRequest("unknown_name", message, help=help_for(name, names))
    return names.index(name)
