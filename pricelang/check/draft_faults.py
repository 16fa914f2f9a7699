"""A book while it is checked: its statements, and its faults so far."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator
from functools import partial
from typing import Any, TypeVar

from attrs import Factory, define, evolve, frozen

from pricelang.model.units import plural
from pricelang.present.explained import Help
from pricelang.present.text import did_you_mean, listed
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
DECLARED = {
    "counter": ("meter",),
    "dimension": ("dimension", "tiers"),
    "meter": ("meter", "group"),
    "model": ("models", "group"),
    "modifier": ("multiplier", "surcharge", "limit", "commitment", "credit"),
    "source": ("source",),
    "unit": ("unit", "meter"),
    "value": ("dimension", "tiers"),
}
"""The statements that declare a kind of name, by their first words."""
BELOW = "leave out what the book below has: a contract says what differs from it"
"""What to do where a contract declares again what is no price."""
AMEND = "write what differs below `amend {}`"
"""What to do where a contract declares again what it can amend."""


@frozen
class LayerTree:
    """The statements of one book, its term (UTC seconds), all words and the first words of
    statements that cannot be read, and the names of its files.
    """

    header: t.BookHeader
    statements: tuple[t.Statement, ...]
    term: tuple[int | None, int | None]
    lost: frozenset[str]
    unread: frozenset[str]
    files: frozenset[str]


@define
class DraftFaults:
    """The statements of a book and of those below it, with what is wrong with them."""

    layers: tuple[LayerTree, ...]
    texts: dict[str, str]
    parsing: tuple[Fault, ...] = ()
    faults: list[Fault] = Factory(list)
    places: dict[tuple[str, str], Span] = Factory(dict)
    asked: tuple[str, Span] | None = None
    lost: set[str] = Factory(set)
    """Names whose declaration could not be read, which is a fault already."""
    unread: set[str] = Factory(set)
    """The first words of statements of which a part could not be read."""
    silenced: int = 0
    """How many unknown names are no fault of their own: their declaration is lost, or they are
    unknown elsewhere too.
    """
    unknowns: dict[tuple[str, str, str], int] = Factory(dict)
    """The place among `faults` of each unknown name, by kind and whose name it would be."""
    restated: dict[tuple[str, str, str], tuple[int, list[str]]] = Factory(dict)
    """The names that a file declares and a book below it has, by kind, help and file: the place of
    their one fault among `faults`, and the names.
    """
    _by_kind: dict[type, list[tuple[int, Any]]] = Factory(dict)
    _rows: dict[str, list[str]] = Factory(dict)

    def statements(self, kind: type[S]) -> Iterator[tuple[int, S]]:
        """The statements of a kind in all layers, each with the number of its layer."""
        if not self._by_kind:
            for number, layer in enumerate(self.layers):
                for statement in layer.statements:
                    self._by_kind.setdefault(type(statement), []).append((number, statement))
        return iter(self._by_kind.get(kind, ()))

    @property
    def currency(self) -> str:
        """The currency of the lowest book."""
        named = self.layers[0].header.currency
        return named.text.upper() if named is not None else "USD"

    def row(self, span: Span) -> str:
        """The line of text on which a span begins."""
        rows = self._rows.get(span.file)
        if rows is None:
            rows = self._rows[span.file] = self.texts.get(span.file, "").split("\n")
        return rows[span.line - 1].rstrip() if span.line <= len(rows) else ""

    def deciding(self, what: str, span: Span) -> None:
        """Says which question is looked at, for the case that it is too large to decide;
        `what` ends in `cut` or `cuts`.
        """
        self.asked = what, span

    @property
    def question(self) -> tuple[str, Span]:
        """The question that is looked at."""
        return self.asked or ("the rules cut", self.layers[-1].header.span)

    def fault(
        self,
        code: str,
        message: str,
        span: Span,
        help: Help = None,
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
        """Decides whether anything is wrong that leaves no book."""
        return any(fault.severity == "error" for fault in self.faults)

    def is_lost(self, name: str) -> bool:
        """Decides whether a name may be declared by a statement that could not be read."""
        return name in self.lost or any(name in layer.lost for layer in self.layers)

    def is_unread(self, *words: str) -> bool:
        """Decides whether a statement that begins with one of some words could not be read."""
        return any(
            word in self.unread or any(word in x.unread for x in self.layers) for word in words
        )

    def unknown(
        self, kind: str, name: t.Name, known: Iterable[str], of: str = "", help: str | None = None
    ) -> None:
        """Adds the fault of an unknown name, one for all places where it stands; `of` says whose
        name it would be, `help` what to do where no name is near.
        """
        silent = self.is_lost(name.text) or self.is_unread(*DECLARED.get(kind, ()))
        place = self.unknowns.get((kind, name.text, of))
        if silent or place is not None or any(f.span == name.span for f in self.parsing):
            self.silenced += 1
            if place is not None:
                self.faults[place] = self.faults[place].also_at(name.span)
            return
        self.unknowns[kind, name.text, of] = len(self.faults)
        self.fault(
            f"unknown_{kind.replace(' ', '_')}",
            f"unknown {kind} `{name.text}`{of}",
            name.span,
            partial(_near, name.text, frozenset(known), help),
        )

    def declare(self, kind: str, name: t.Name, help: str = BELOW) -> bool:
        """Declares a name; False after the fault of a name that is declared already. `help` is what
        to do where a book below has it.
        """
        first = self.places.get((kind, name.text))
        below = self._book_below(first, name.span) if first is not None else None
        if first is not None and below is not None:
            self._restate(kind, name, first, below, help)
            return False
        if first is not None:
            message = f"{kind} `{name.text}` is declared twice"
            self.fault("twice", message, name.span, None, (first, "first here"))
            return False
        self.places[kind, name.text] = name.span
        return True

    def _book_below(self, first: Span, again: Span) -> str | None:
        """The name of the book that has one place, where another place is in a book over it."""
        own = (layer for layer in self.layers if first.file in layer.files)
        return next((x.header.name.text for x in own if again.file not in x.files), None)

    def _restate(self, kind: str, name: t.Name, first: Span, below: str, help: str) -> None:
        """Adds the fault of a name that a book below has, one for all names of its kind and file:
        whoever copies a table of the list has one thing to take away.
        """
        key = kind, help, name.span.file
        place, names = self.restated.setdefault(key, (len(self.faults), []))
        names.append(name.text)
        head, *rest = kind.split()
        what = " ".join([head if len(names) == 1 else plural(head), *rest])
        message = (
            f"{what} {listed(names)} {'is' if len(names) == 1 else 'are'} in `{below}` already"
        )
        if len(names) > 1:
            self.faults[place] = evolve(self.faults[place], message=message)
        else:
            help = help.format(name.text)
            self.fault("twice", message, name.span, help, (first, "it stands here"))

    def only(self, endings: t.Endings, allowed: Container[str], where: str) -> None:
        """Adds a fault for each clause that has no meaning in a place."""
        for written, name in ENDINGS.items():
            found = getattr(endings, name)
            if found and written not in allowed:
                first = found[0] if isinstance(found, tuple) else found
                self.fault("clause_not_here", f"`{written}` has no meaning in {where}", first.span)


def _near(name: str, known: Collection[str], help: str | None) -> str | None:
    """The known names nearest to one, else `help`, else the known names where they are few."""
    found = did_you_mean(name, known) or help
    return f"known: {', '.join(sorted(known))}" if found is None and 0 < len(known) <= 12 else found
