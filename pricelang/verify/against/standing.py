"""How one book stands to another: the answers to four questions, each with what shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from attrs import field, frozen

from pricelang.verify.witness import Witness

Answer: TypeAlias = tuple[Witness, str]
"""A request, and what both books say of it."""
Question: TypeAlias = Literal["dearer", "cheaper", "loosened", "tightened"]

Standing: TypeAlias = Literal[
    "same", "never more", "never less", "more and less", "undecided", "nothing in common"
]
"""What one book charges beside another, over all requests that both price, and all months; nothing
is in common where there is no such request.
"""


@frozen
class Against:
    """How one book stands to another: for each question a request that shows it, or None.

    `dearer` is a request that it charges more for, `cheaper` one that it charges less for: alone,
    or as all of an account's month. `loosened` is one that only it prices, `tightened` one that
    only the other does. What is None is proven never to be, unless `undecided` says why it is not.
    """

    below: str
    dearer: Answer | None
    cheaper: Answer | None
    loosened: Answer | None
    tightened: Answer | None
    undecided: Mapping[Question, str] = field(factory=dict)
    shared: bool = True
    """Whether there is a request that both price."""

    @property
    def verdict(self) -> Standing:
        """What it charges beside the other, over all requests that both price, and all months."""
        if not self.shared:
            return "nothing in common"
        if self.dearer is not None and self.cheaper is not None:
            return "more and less"
        if "dearer" in self.undecided or "cheaper" in self.undecided:
            return "undecided"
        if self.dearer is None and self.cheaper is None:
            return "same"
        return "never more" if self.dearer is None else "never less"
