"""A checked book with its compiled rates: what it names, and the books that it extends."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Self

# What answers a question is imported when it is asked: a start that prices one request waits for
# nothing else.
if TYPE_CHECKING:
    from pricelang.compile.load import Loaded
    from pricelang.evaluate.announced import Announced
    from pricelang.evaluate.book_names import DimensionInfo, MeterInfo, SourceInfo
    from pricelang.evaluate.fast_path import Shortcut
    from pricelang.evaluate.models import ModelInfo
    from pricelang.evaluate.rate_card import RateCard
    from pricelang.model import book as m
    from pricelang.model.instants import Instant
    from pricelang.model.rule_kinds import Rule


class LoadedBook:
    """A book and its rates. Immutable to its users, and safe to share between threads."""

    def __init__(
        self,
        checked: m.Book,
        content: str | None = None,
        extends: Callable[[], Loaded] | None = None,
    ) -> None:
        """`content` is the key of its text; `extends` gives the book that it extends."""
        self.checked = checked
        self.content, self._extends = content, extends
        self.next: Self | None = None

    @cached_property
    def rates(self) -> RateCard:
        """The rates of the book, which are worked out as they are asked for."""
        from pricelang.evaluate.rate_card import RateCard
        from pricelang.usage.model_ids import model_ids_of

        return RateCard(self.checked, model_ids_of(self.checked))

    @cached_property
    def _shortcuts(self) -> Mapping[object, Shortcut]:
        return self.rates.shortcuts

    @classmethod
    def of(cls, loaded: Loaded) -> Self:
        """The book that was loaded."""
        return cls(loaded.book, loaded.key, loaded.extends)

    def __getstate__(self) -> dict[str, object]:
        # What was worked out stays behind:
        # it holds functions, which no process can be sent, and is soon worked out anew.
        return {
            name: value
            for name, value in self.__dict__.items()
            if name not in ("rates", "_shortcuts", "below")
        }

    def __setstate__(self, state: Mapping[str, object]) -> None:
        self.__dict__.update(state)

    @property
    def cards(self) -> tuple[RateCard, ...]:
        """The rate cards in their order: this book's, then those of the books behind it."""
        return (self.rates,) if self.next is None else (self.rates, *self.next.cards)

    @property
    def books(self) -> tuple[Self, ...]:
        """This book and those behind it, in their order: see `pricelang.load`."""
        return (self,) if self.next is None else (self, *self.next.books)

    def columns(self, meters: Container[str]) -> list[str]:
        """Some meters of these books in the order of their tables: see `columns_of`."""
        from pricelang.model.columns import columns_of

        named = (name for book in self.books for name in columns_of(book.checked, meters))
        return list(dict.fromkeys(named))

    def alone(self, what: str) -> None:
        """Raises `BadRequest` (`several_books`) where another book stands behind this one, for
        what one book gives.
        """
        if self.next is not None:
            from pricelang.model.errors import BadRequest

            raise BadRequest(
                "several_books",
                f"{what} is made by one book",
                help=f"name one: `{self.name}` or `{self.next.name}`",
            )

    @property
    def name(self) -> str:
        """The name in the book's header."""
        return self.checked.name

    @property
    def title(self) -> str:
        """The title in the book's header."""
        return self.checked.title

    @property
    def currency(self) -> str:
        """The ISO 4217 code of the prices."""
        return self.checked.currency

    @property
    def meters(self) -> tuple[MeterInfo, ...]:
        """What the book counts: the names that `usage` takes, each with its unit.

        >>> import pricelang
        >>> [(meter.name, meter.unit) for meter in pricelang.load().meters][:2]
        [('input', 'token'), ('output', 'token')]
        """
        from pricelang.evaluate.book_names import meters_of

        return meters_of(self.checked)

    @property
    def dimensions(self) -> tuple[DimensionInfo, ...]:
        """What prices depend on besides the model and the day: the other arguments of `price`.

        >>> import pricelang
        >>> next(one for one in pricelang.load().dimensions if one.name == "speed").values
        ('standard', 'fast')
        """
        from pricelang.evaluate.book_names import dimensions_of

        return dimensions_of(self.checked)

    @property
    def sources(self) -> tuple[SourceInfo, ...]:
        """Where the figures of the book come from, each with the day on which it was read.

        >>> import pricelang
        >>> next(one for one in pricelang.load().sources if one.name == "page").address
        'https://platform.claude.com/docs/en/about-claude/pricing'
        """
        from pricelang.evaluate.book_names import sources_of

        return sources_of(self.checked)

    @property
    def as_of(self) -> str | None:
        """The last day on which a source of the book was read; None where it names none.

        >>> import pricelang
        >>> pricelang.load().as_of >= "2026-04-17"
        True
        """
        return max((source.read for source in self.sources), default=None)

    @cached_property
    def digest(self) -> str:
        """What tells the text of this book from any other: 64 hexadecimal digits. Two amounts of
        books with one digest are by the same rules.

        >>> import pricelang
        >>> pricelang.load().digest == pricelang.load("anthropic").digest
        True
        """
        if self.content is not None:
            return self.content
        from hashlib import sha256

        from pricelang.compile.store import dump_book

        return sha256(dump_book(self.checked).encode()).hexdigest()

    @property
    def names(self) -> frozenset[str]:
        """The ids and the aliases of all models."""
        from pricelang.usage.model_ids import model_ids_of

        return model_ids_of(self.checked).names

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule of the book, kind by kind: see `pricelang.model.rule_kinds`.

        >>> import pricelang
        >>> rules = pricelang.load().rules
        >>> {rule.kind for rule in rules} >= {"model", "price", "modifier line", "exclusion"}
        True
        """
        from pricelang.model.rules import rules_of

        return tuple(rules_of(self.checked))

    def models(self, at: Instant | None = None) -> tuple[ModelInfo, ...]:
        """The models of the book in order of release; with `at`, those released by then."""
        from pricelang.evaluate.models import models_of

        return models_of(self.checked, at)

    def announcements(self, at: Instant | None = None) -> tuple[Announced, ...]:
        """Prices that were announced and withdrawn, which price nothing;
        with `at`, those that would have held then.

        >>> import pricelang
        >>> [
        ...     (said.meter, said.amount, said.withdrawn)
        ...     for said in pricelang.load().announcements("2026-09-01")
        ... ]
        [('input', Decimal('3'), '2026-08-10'), ('output', Decimal('15'), '2026-08-10')]
        """
        from pricelang.evaluate.announced import announced_by
        from pricelang.model.instants import seconds_of

        return announced_by(self.checked, None if at is None else seconds_of(at))

    @cached_property
    def below(self) -> Self | None:
        """The book that this one extends, such as the list of a contract;
        None where it extends none.
        """
        return None if self._extends is None else type(self).of(self._extends())

    def list_book(self) -> Self | None:
        """The list at the bottom of a contract, as a book of its own;
        None for a book that extends nothing.
        """
        found = self._extends() if self._extends is not None else None
        while found is not None and found.extends is not None:
            found = found.extends()
        return None if found is None else type(self).of(found)

    def __repr__(self) -> str:
        return f"<pricelang.Book {self.name}: {len(self.checked.models)} models>"
