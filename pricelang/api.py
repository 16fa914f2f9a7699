"""What a program calls: a book that is loaded once and then prices requests, records and Anthropic
messages, and answers what else is asked of prices. Each part is imported when it is asked for.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from pricelang.apps.price_book import BookAt
from pricelang.apps.quoting_book import QuotingBook
from pricelang.apps.reporting_book import ReportingBook
from pricelang.check.same_name import same_name_here
from pricelang.compile.gc_guard import uncollected
from pricelang.compile.load import content_of, load_book
from pricelang.engines.table_book import TableBook
from pricelang.files.sources import sources_of
from pricelang.usage.request_flags import DEFAULT_BOOK

if TYPE_CHECKING:
    from pricelang.apps.break_even.break_even import BreakEven
    from pricelang.apps.watched_book import WatchedBook
    from pricelang.files.places import Source
    from pricelang.model import book as m
    from pricelang.model.instants import Instant
    from pricelang.verify.audit import Audit
    from pricelang.verify.coverage import Coverage
    from pricelang.verify.diff.change import Change


class Book(QuotingBook, ReportingBook, TableBook):
    """A price book. Made by `pricelang.load`;
    immutable to its users, and safe to share between threads.

    >>> import pricelang
    >>> book = pricelang.load()
    >>> book.total(
    ...     model="claude-opus-4-7", at="2026-04-17", usage={"input": 50_000, "output": 15_000}
    ... )
    Decimal('0.625')
    """

    def diff(
        self, other: Book, /, at: Instant | None = None, other_at: Instant | None = None
    ) -> tuple[Change, ...]:
        """What differs in another book, over every request; with days, what differs between this
        book on `at` and the other on `other_at`. Empty where no request can tell them apart.

        Raises `BadRequest` (`bad_date`).

        >>> import pricelang
        >>> book = pricelang.load()
        >>> [
        ...     change.text
        ...     for change in book.diff(book, "2026-10-06", "2026-10-07")
        ...     if change.kind == "price"
        ... ]
        ['cache_read of `claude-sonnet-5-5`: $0.20 -> $0.10 per MTok (-50%)']
        """
        from pricelang.verify.diff.difference import compare

        return compare(self.checked, other.checked, at, other_at)

    @property
    def audit(self) -> Audit:
        """The questions that an auditor puts to a book:
        claims, stacking, reach, order, dead rules.
        """
        from pricelang.verify.audit import Audit

        return Audit(self.checked, lambda: self.below.checked if self.below is not None else None)

    def coverage(
        self, examples: Iterable[m.Example] | None = None, *, files: Collection[str] | None = None
    ) -> Coverage:
        """Which rules the book's examples exercise; see `pricelang.verify.coverage.measure`.

        >>> import pricelang
        >>> coverage = pricelang.load().coverage()
        >>> [rule.name for rule in coverage.unreachable if rule.kind == "charge pool"]
        ['code_execution']
        """
        from pricelang.verify.coverage import measure

        return measure(self.checked, examples, files)

    def break_even(
        self,
        at: Instant | None = None,
        *,
        models: Iterable[str] = (),
        against: str | None = None,
        write: str | None = None,
        read: str | None = None,
        base: str | None = None,
        retired: bool = False,
    ) -> BreakEven:
        """After how many reads a cache pays, when free pools end,
        and where one model becomes cheaper than another.

        Arguments and errors are those of `pricelang.apps.break_even.break_even.break_even`.

        >>> import pricelang
        >>> found = pricelang.load().break_even("2026-04-17", models=["claude-opus-4-7"])
        >>> [(cache.write, cache.reads) for cache in found.caches]
        [('cache_write_5m', 1), ('cache_write_1h', 2)]
        """
        from pricelang.apps.break_even.break_even import break_even

        return break_even(
            self.checked,
            at,
            models=models,
            against=against,
            write=write,
            read=read,
            base=base,
            retired=retired,
        )


def load(source: Source | Sequence[Source] = DEFAULT_BOOK, *, sha256: str | None = None) -> Book:
    """The book of a source:

    - a name: a bundled book (`anthropic` unless given), or `litellm` and `genai-prices`, which are
      made of the data of those packages;
    - a path, of a file or of a folder with a `book.price`;
    - a place in a package or an archive, such as `importlib.resources.files("ours") / "deal"`;
    - the book itself: its text (of several lines) or bytes;
    - what `pricelang compile` wrote, at a path, as text, as bytes, or as the dict that it holds.

    Several, as a list or with commas between their names, are asked in their order: the first that
    knows the model of a request prices it. All else is asked of the first. The book has all that it
    needs, the books that it extends too: no file is read later.

    A name comes before what lies in the working folder; a warning says so where a book of that name
    is there, whose path (`./anthropic`) gives it.

    With `sha256`, the hexadecimal SHA-256 of a file that holds the whole book, such as a compiled
    one, no other file is taken.

    Raises `BookError` with every fault of the book. The checked book is kept in the user's
    cache folder, so that only the first load of a text parses it.

    >>> import pricelang
    >>> pricelang.load("book ours extends anthropic\\n").below.name
    'anthropic'
    """
    if sha256 is not None:
        from pricelang.check.files import bytes_of

        return loaded(bytes_of(source, sha256))
    for one in sources_of(source):
        said = same_name_here(one)
        if said is not None:
            warnings.warn(": ".join(said), stacklevel=2)
    return loaded(source)


def loaded(source: Source | Sequence[Source]) -> Book:
    """As `load`, without a warning: the command line has its own."""
    with uncollected():
        books = [Book.of(load_book(one)) for one in sources_of(source) or ("",)]
    for book, other in pairwise(books):
        book.next = other
    return books[0]


def watch(
    source: Source | Sequence[Source] = DEFAULT_BOOK, *, every: float = 60
) -> WatchedBook[Book]:
    """The book of a source for a program that runs for long: it is loaded again where the content
    of the source has changed, which is looked at `every` so many seconds, by whoever asks for it.

    Raises `BookError` as `load` does, and `BadRequest` where `every` is no number of seconds; later
    the book that there is stays.

    >>> import pricelang
    >>> pricelang.watch("anthropic").book.currency
    'USD'
    """
    from pricelang.apps.watched_book import WatchedBook

    def content() -> str:
        return ",".join(map(content_of, sources_of(source)))

    return WatchedBook(lambda: loaded(source), content, every)


__all__ = ["Book", "BookAt", "load", "watch"]
