"""The tree of a price book: one frozen class for each thing that can be written.

`values` has what stands within lines, `declarations` the statements that name things, `prices` and
`charges` those that make prices, `accounts` those of what accounts used, and `assertions` those
that check them; the names of all of them are here too: each module says its own in `__all__`.
"""

from __future__ import annotations

from attrs import field, frozen

from pricelang.syntax import accounts, assertions, charges, declarations, prices, values
from pricelang.syntax.accounts import *  # noqa: F403
from pricelang.syntax.assertions import *  # noqa: F403
from pricelang.syntax.charges import *  # noqa: F403
from pricelang.syntax.declarations import *  # noqa: F403
from pricelang.syntax.prices import *  # noqa: F403
from pricelang.syntax.values import *  # noqa: F403
from pricelang.syntax.values import Node, Statement

__all__ = ["Comment", "File"]
__all__ += accounts.__all__
__all__ += assertions.__all__
__all__ += charges.__all__
__all__ += declarations.__all__
__all__ += prices.__all__
__all__ += values.__all__


@frozen
class Comment(Node):
    """A comment with its `#`; `own_line` when nothing stands before it."""

    text: str
    own_line: bool


@frozen
class File:
    """One file: its name as shown in messages, its text,
    its statements in order, and its comments.
    """

    name: str
    text: str = field(eq=False, repr=False)
    statements: tuple[Statement, ...]
    comments: tuple[Comment, ...]
    # The words of statements that could not be read, and the words with which those begin:
    # that a name is unknown elsewhere is then no fault of its own.
    lost: frozenset[str] = field(default=frozenset(), eq=False, repr=False)
    unread: frozenset[str] = field(default=frozenset(), eq=False, repr=False)
