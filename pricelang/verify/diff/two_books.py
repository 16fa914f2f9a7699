"""Two books on their way to sentences: their words, their rules, and a sentence for each box."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from attrs import define, field

from pricelang.model import book as m
from pricelang.model.space import first_point
from pricelang.verify.diff.align import NOTHING
from pricelang.verify.diff.aligned_space import YES, Joint
from pricelang.verify.diff.book_view import BookView
from pricelang.verify.diff.boxes import ChangeBox, changes
from pricelang.verify.diff.change import Change, ChangeKind
from pricelang.verify.diff.counted_usage import Counted, shared_points
from pricelang.verify.diff.joint_rules import JointRules
from pricelang.verify.diff.phrases import Phrasebook, sentence
from pricelang.verify.diff.semantics import BookSemantics
from pricelang.verify.diff.stack_outcomes import outcomes

Said: TypeAlias = tuple[str, str, str]
"""What was, what is, and the middle of the sentence."""


@define(eq=False, repr=False)
class TwoBooks:
    """Two books, and when the first of the differences that were said begins.

    `names` are what modifiers are called in the newer book, where only their name changed.
    """

    words: Phrasebook
    rules: JointRules
    names: Mapping[str, str]
    _starts: set[int] = field(factory=set, init=False)

    @classmethod
    def of(cls, old: BookView, new: BookView) -> TwoBooks:
        """Two books that are in one space."""
        sized = any(
            rounding.stage == "unit_price"
            for side in (old, new)
            for rounding in side.book.roundings
        )
        shared = shared_points(old, new)
        before, unnamed = (BookSemantics(side, {}, sized, shared) for side in (old, new))
        names = _renamed(outcomes(before), outcomes(unnamed), old.joint.leaf(NOTHING))
        rules = JointRules(before, BookSemantics(new, names, sized, shared))
        return cls(Phrasebook(old, new), rules, {theirs: own for own, theirs in names.items()})

    @property
    def joint(self) -> Joint:
        """The space."""
        return self.rules.joint

    @property
    def sides(self) -> tuple[BookView, BookView]:
        """The older and the newer book."""
        return self.words.old, self.words.new

    @property
    def since(self) -> int | None:
        """When the first of the differences that were said begins (UTC seconds);
        None for always.
        """
        starts = [self.words.new.start(stretch) for stretch in self._starts]
        known = [start for start in starts if start is not None]
        return min(known, default=None) if len(known) == len(starts) else None

    def noted(self, change: Change) -> Change:
        """A change of no box, its beginning kept:
        that of a model is its release, and others hold always.
        """
        released = [self.joint.released[self.joint.models.index(name)] for name in change.models]
        if released and not (change.old and change.new):
            self._starts.add(bisect_right(self.joint.boundaries, min(released)))
        elif change.kind != "unit" and change.old and change.new:
            self._starts.add(0)
        return change

    def said(
        self,
        kind: ChangeKind,
        subject: str,
        root: int,
        body: Callable[[Any, ChangeBox], Said],
        listed: bool = True,
    ) -> Iterator[Change]:
        """A change for each box of a diagram of changes; `body` says what a leaf is in a box."""
        for leaf, boxes in changes(self.joint, root):
            for box in boxes:
                self._starts.add(first_point(box.masks[m.DATES]))
                who, when = self.words.who(box), self.words.when(box)
                old, new, text = body(leaf, box)
                models = self.words.names(box.masks[m.MODELS])
                text = sentence(when, text, who if listed else "")
                yield Change(kind, subject, who, when, old, new, text, models)

    def both(self, leaf: Any, words: Callable[[Any, BookView], str]) -> tuple[str, str]:
        """What each of two books says, in words."""
        old, new = (words(x, side) for x, side in zip(leaf, self.sides, strict=True))
        return old, new

    def counting(
        self, leaf: Any, said: tuple[str, str], counted: Callable[[Any], Counted]
    ) -> tuple[str, str]:
        """What two books say alike of an account, with whose usage each counts."""
        old, new = (
            f"{text} (counting {' and '.join(self.words.whose(counted(one)) for one in held)})"
            for text, held in zip(said, leaf, strict=True)
        )
        return old, new

    def reason(
        self,
        box: ChangeBox,
        now: str,
        reasons: Callable[[m.Book, tuple[int, ...]], Iterator[str | None]],
    ) -> str:
        """Why the newer book refuses a request of a box, if it does."""
        point = self.words.new.point(box.sample)
        if now != "refused" or point is None:
            return ""
        found = next(iter(reasons(self.words.new.book, point)), None)
        return f" (“{found}”)" if found else ""


def yes_or_no(leaf: Any, yes: str, no: str) -> tuple[str, str]:
    """What each of two books says, of two things that it can say."""
    old, new = (yes if x == YES else no for x in leaf)
    return old, new


def _renamed(old: dict[str, int], new: dict[str, int], nothing: int) -> dict[str, str]:
    """What modifiers of the newer book are called in the older one, where only the name changed."""
    found: dict[str, str] = {}
    free = {root: name for name, root in old.items() if name not in new and root != nothing}
    for name, root in new.items():
        if name not in old and root in free:
            found[name] = free.pop(root)
    return found
