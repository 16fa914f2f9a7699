"""Which keys of the usage and of the bill meet: a blank cell is any value, line by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from attrs import define, evolve, field

from pricelang.apps.reconcile.keys import Key

Groups = Iterator[tuple[Key, list[Key], list[Key]]]


def key_groups(
    used: Iterable[Key], billed: Iterable[Key], fields: tuple[str, ...], blank: tuple[bool, bool]
) -> Groups:
    """Groups of keys that belong together: the key of the group, keys of usage, keys of the bill.

    `blank` says of usage and of the bill that a field without a value may be any. A key of usage
    goes to the most specific keys of the bill that it meets; several of them are one group, which
    is then compared without what they differ in.
    """
    index = _BilledKeys(fields, blank[1], list(billed))
    ours: dict[Key, list[Key]] = {}
    alone: list[Key] = []
    for key in used:
        unknown = frozenset(name for name in fields if blank[0] and getattr(key, name) is None)
        hits = index.hits(key, unknown)
        if hits:
            ours.setdefault(index.merged(hits), []).append(key)
        else:
            alone.append(key)
    found: dict[Key, tuple[list[Key], list[Key]]] = {}
    for bill in index.billed:
        found.setdefault(index.root(bill), ([], []))[1].append(bill)
    for root, keys in ours.items():
        found[index.root(root)][0].extend(keys)
    for mine, theirs in found.values():
        yield _common(theirs, fields), mine, theirs
    for key in alone:
        yield key, [key], []


@define(eq=False)
class _BilledKeys:
    """The keys of a bill by what they state, the most specific first."""

    fields: tuple[str, ...]
    blank: bool
    billed: list[Key]
    _patterns: dict[tuple[str, ...], list[Key]] = field(factory=dict, init=False)
    _indexes: dict[Any, dict[tuple[object, ...], list[Key]]] = field(factory=dict, init=False)
    _parents: dict[Key, Key] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        for key in self.billed:
            self._patterns.setdefault(self._stated(key), []).append(key)
        self._patterns = dict(
            sorted(self._patterns.items(), key=lambda each: (-len(each[0]), each[0]))
        )

    def _stated(self, key: Key) -> tuple[str, ...]:
        return tuple(
            name for name in self.fields if not self.blank or getattr(key, name) is not None
        )

    def hits(self, key: Key, unknown: frozenset[str]) -> list[Key]:
        """The most specific keys of the bill that a key of usage meets."""
        for pattern in self._patterns:
            names = tuple(name for name in pattern if name not in unknown)
            found = self._index(pattern, names).get(tuple(getattr(key, name) for name in names))
            if found:
                return found
        return []

    def _index(
        self, pattern: tuple[str, ...], names: tuple[str, ...]
    ) -> dict[tuple[object, ...], list[Key]]:
        found = self._indexes.get((pattern, names))
        if found is None:
            found = self._indexes[pattern, names] = {}
            for key in self._patterns[pattern]:
                found.setdefault(tuple(getattr(key, name) for name in names), []).append(key)
        return found

    def root(self, key: Key) -> Key:
        """The key that stands for all that are one group with this one."""
        while key in self._parents:
            key = self._parents[key]
        return key

    def merged(self, keys: list[Key]) -> Key:
        """Makes some keys one group."""
        first = self.root(keys[0])
        for key in keys[1:]:
            other = self.root(key)
            if other != first:
                self._parents[other] = first
        return first


def _common(keys: list[Key], fields: tuple[str, ...]) -> Key:
    """What some keys have in common."""
    first = keys[0]
    if len(keys) == 1:
        return first
    differing = [name for name in fields if len({getattr(key, name) for key in keys}) > 1]
    return evolve(first, **dict.fromkeys(differing))
