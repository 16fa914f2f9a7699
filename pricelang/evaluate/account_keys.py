"""Whose usage a request is: the values that records carry for the keys after `per`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias, get_args

from pricelang.model.charges import ORGANIZATION
from pricelang.model.errors import BadRequest

Holder: TypeAlias = str | None
"""Whose usage is counted: the value that a record carries for a key, `WHOLE` where the invoice is
of one organization, None for all usage together that lacks the key.
"""
WHOLE = ""
NONE = "(none)"
"""How the holder None is written."""
Account: TypeAlias = str | Mapping[str, Holder]
"""The one holder of all keys, or the holder for each key that is carried."""
MissingKey: TypeAlias = Literal["refuse", "none"]
"""What becomes of usage that lacks a key by which it is counted: refused, or counted as None."""
MISSING_KEY: tuple[MissingKey, ...] = get_args(MissingKey)


def key_of(per: str) -> str:
    """The key of a key and a period.

    >>> key_of("project per month")
    'project'
    """
    return per.partition(" per ")[0]


def holder_of(account: Account, per: str) -> Holder:
    """Who has what is counted `per` a key and a period. Raises `BadRequest` (`no_account`) where
    the usage does not say.
    """
    if isinstance(account, str):
        return account
    key = key_of(per)
    if key in account:
        return account[key]
    if key == ORGANIZATION:
        return WHOLE
    raise BadRequest(
        "no_account",
        f"the record carries no `{key}`, and the book counts its usage per {per}",
        help=f"give each record its `{key}`; an invoice counts those without one together as "
        f"`{NONE}` with `--missing-key none`",
    )


def carried(account: Mapping[str, str], key: str) -> str | None:
    """What a record carries for a key; a blank text is nothing."""
    value = account.get(key)
    return None if value is None or not value.strip() else value
