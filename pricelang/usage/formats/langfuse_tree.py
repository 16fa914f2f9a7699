"""Observations of Langfuse that count again what stands under them: an agent or a chain whose usage
is the sum of its generations, and a generation around another with the same counts.

Who stands under whom is known where the children come first, and in a list always: then the sum is
skipped. Where the sum came first it counts, and what stands under it is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import frozen

from pricelang.usage.fields import first_said
from pricelang.usage.formats.spans import MOST, tokens_in_and_out
from pricelang.usage.records import Outcome, Place, Record, Skipped, UsageError

_SUMS = ("AGENT", "CHAIN")
"""Types of observations that make no request of their own."""
_PARENT = ("parentObservationId", "parent_observation_id")


@frozen
class _Counted:
    """An observation that counts: where, its tokens in and out, whether it makes no request."""

    place: Place
    tokens: tuple[int, int]
    is_sum: bool


class Observations:
    """The observations so far that count, and what each has under it."""

    def __init__(self) -> None:
        self._under: dict[str, tuple[int, int]] = {}
        self._around: dict[str, _Counted] = {}

    def settled(self, found: Outcome, value: Mapping[str, object]) -> Outcome:
        """The outcome of an observation, or why it does not count.
        Raises `UsageError` where one that stands around it counts it already.
        """
        id, parent = value.get("id"), first_said(value, _PARENT)
        id, parent = (name if isinstance(name, str) else "" for name in (id, parent))
        if not id or id in self._around:  # a copy adds nothing
            return found
        under, around = self._under.get(id), self._around.get(parent)
        tokens = tokens_in_and_out(found) if isinstance(found, Record) else (0, 0)
        is_sum = value.get("type") in _SUMS
        if any(tokens) and under is not None and (is_sum or under == tokens):
            found = Skipped(found.place, "a sum of the observations under it, which count")
            tokens = (0, 0)
        if around is not None:
            # What has no usage may tell that others before it stand under a sum that counts.
            again = tokens if any(tokens) else under
            if again is not None and (around.is_sum or around.tokens == again):
                raise UsageError(
                    "counted_twice",
                    f"the observation at {around.place} counts this request too",
                    "give the whole trace, or leave the observation around it out",
                )
        self._remember(id, parent, tokens, _Counted(found.place, tokens, is_sum), around)
        return found

    def _remember(
        self,
        id: str,
        parent: str,
        tokens: tuple[int, int],
        counted: _Counted,
        around: _Counted | None,
    ) -> None:
        below = self._under.get(id, (0, 0))
        whole = (tokens[0] + below[0], tokens[1] + below[1])
        if parent and any(whole):
            before = self._under.get(parent, (0, 0))
            self._under[parent] = (before[0] + whole[0], before[1] + whole[1])
        if any(tokens):
            self._around[id] = counted
        elif around is not None:
            self._around[id] = around
        for known in (self._under, self._around):
            while len(known) > MOST:
                del known[next(iter(known))]


def children_first(items: Iterable[Mapping[str, object]]) -> list[int]:
    """The numbers of the observations of a list, each behind those that stand under it.

    >>> children_first([{"id": "a"}, {"id": "b", "parentObservationId": "a"}])
    [1, 0]
    """
    listed = list(items)
    parents = {str(item.get("id")): str(first_said(item, _PARENT)) for item in listed}
    depths: dict[str, int] = {}
    for id in parents:
        path = []
        while id in parents and id not in depths and id not in path:
            path.append(id)
            id = parents[id]
        depth = depths.get(id, 0)
        for name in reversed(path):
            depth += 1
            depths[name] = depth
    return sorted(range(len(listed)), key=lambda number: -depths[str(listed[number].get("id"))])
