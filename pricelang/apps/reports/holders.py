"""Whose the requests of an invoice are: what their records carry for the keys of the book."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from pricelang.evaluate.account_keys import (
    NONE,
    WHOLE,
    Holder,
    MissingKey,
    carried,
    holder_of,
)
from pricelang.model.charges import ORGANIZATION
from pricelang.model.errors import BadRequest
from pricelang.present.text import shown

Holders: TypeAlias = dict[str, Holder]
"""Whose a request is, by key."""


class NamedHolders:
    """The holders that the requests of a run name for each key. (A plain class: it grows.)"""

    def __init__(self, missing: MissingKey) -> None:
        self._missing = missing
        self._seen: dict[str, set[Holder]] = {}
        self._inside: dict[str, set[Holder]] = {}
        self._without: dict[str, int] = {}

    def of(self, keys: Mapping[str, str], attributes: Mapping[str, str]) -> Holders:
        """Whose a request is by each of some keys, which come with their periods. Raises
        `BadRequest` (`no_account`) for a key that it lacks, where such a request is refused.
        """
        named = {key: value for key in keys if (value := carried(attributes, key)) is not None}
        found: Holders = {}
        for key, per in keys.items():
            if key not in named and key != ORGANIZATION and self._missing == "none":
                found[key] = None
            else:
                found[key] = holder_of(named, per)
        return found

    def take(self, keys: Mapping[str, str], attributes: Mapping[str, str]) -> Holders:
        """The same of a request that is counted."""
        found = self.of(keys, attributes)
        for key, holder in found.items():
            self._seen.setdefault(key, set()).add(holder)
            if not holder:
                self._without[key] = self._without.get(key, 0) + 1
        return found

    def owe(self, keys: Iterable[str], holders: Holders, attributes: Mapping[str, str]) -> None:
        """Takes in the holders of keys that have a floor, for a request inside of the period; one
        that is not counted itself says that there is such a holder too.
        """
        for key in keys:
            holder = holders[key] if key in holders else carried(attributes, key)
            if holder is not None or key in holders:
                self._inside.setdefault(key, set()).add(holder)

    def owing(self, key: str) -> tuple[Holder, ...]:
        """The holders of a floor, in order; the one organization where no record names any."""
        found = self._inside.get(key, set())
        if key == ORGANIZATION and not found:
            return (WHOLE,)
        return tuple(sorted(found, key=lambda holder: (holder is None, holder or "")))

    @property
    def is_mixed(self) -> bool:
        """Says whether some requests name an organization and others do not."""
        return len(self._seen.get(ORGANIZATION, set())) > 1 and bool(
            self._without.get(ORGANIZATION)
        )

    def check(self) -> None:
        """Raises `BadRequest` (`mixed_accounts`) where some requests name an organization and
        others do not, unless these are counted together.
        """
        if self.is_mixed and self._missing == "refuse":
            name = min(one for one in self._seen[ORGANIZATION] if one)
            raise BadRequest(
                "mixed_accounts",
                f"some requests carry no `organization` ({self._without[ORGANIZATION]:,}), and "
                f"others do, such as `{shown(name)}`",
                help="give each record its `organization`; an invoice counts those without one "
                f"together as `{NONE}` with `--missing-key none`",
            )

    def notes(self) -> tuple[str, ...]:
        """What is counted together because it lacks a key."""
        return tuple(
            f"requests without a `{key}`, counted together as `{NONE}` (`--missing-key none`): "
            f"{count:,}"
            for key, count in sorted(self._without.items())
            if key != ORGANIZATION or self.is_mixed
        )
