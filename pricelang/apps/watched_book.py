"""A book that is loaded again where what it was loaded from has changed."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from pricelang.syntax.diagnostics import BookError

B = TypeVar("B")


class WatchedBook(Generic[B]):
    """A book for a service that runs for long. Made by `pricelang.watch`; safe to share between
    threads.

    `book` is the book as of now: ask for it anew for each piece of work. What changed is told by
    its content alone. Where the new content has faults, the book stays as it was, and `error` is
    the `BookError` of the last look, else None.

    >>> import pricelang
    >>> watched = pricelang.watch("anthropic", every=60)
    >>> watched.book.name, watched.error, watched.reload()
    ('anthropic', None, False)
    """

    def __init__(
        self, load: Callable[[], B], content: Callable[[], str], every: float = 60
    ) -> None:
        """`load` gives the book, `content` a key of what it is loaded from. Raises `BadRequest`
        where `every` is no number of seconds.
        """
        _check_seconds(every)
        self.every = every
        self.error: BookError | None = None
        self._load, self._content, self._lock = load, content, Lock()
        self._key = content()  # before the book, so that a change between them is noticed
        self._book = load()
        self._due = monotonic() + every

    @property
    def book(self) -> B:
        """The book. After `every` seconds its source is looked at by whoever asks first; all others
        have the book as it was until the new one is ready.
        """
        if monotonic() >= self._due and self._lock.acquire(blocking=False):
            from pricelang.syntax.diagnostics import BookError

            try:
                self._reload()
            except BookError:
                pass  # `error` has it, and the book stays
            finally:
                self._lock.release()
        return self._book

    def reload(self) -> bool:
        """Looks at the source now, and says whether the book is another.
        Raises `BookError` where it has faults; the book stays as it was.
        """
        with self._lock:
            return self._reload()

    def _reload(self) -> bool:
        from pricelang.syntax.diagnostics import BookError

        try:
            key = self._content()
            changed = key != self._key
            if changed:
                self._book, self._key = self._load(), key
            self.error = None
        except BookError as error:
            self.error = error
            raise
        finally:
            self._due = monotonic() + self.every
        return changed


def _check_seconds(every: object) -> None:
    if isinstance(every, int | float) and not isinstance(every, bool) and every >= 0:
        return
    from pricelang.model.errors import BadRequest
    from pricelang.present.text import shown

    message = f"`every` is a number of seconds from 0 on, not `{shown(every)}`"
    raise BadRequest("wrong_type", message, help="leave it out to look once a minute")
