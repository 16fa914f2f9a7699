"""The text of a workload as values: what it may hold, and the errors of what it may not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from pricelang.model.errors import BadRequest
from pricelang.present.explained import Help
from pricelang.present.text import help_for, shown
from pricelang.usage.io.json_text import Decoder, JsonFault
from pricelang.usage.io.toml_text import BadText, parsed_toml

MAX_FILE = 2**20
MAX_PER_DAY = 10**12
MAX_DIGITS = 30


def parsed(text: str | bytes) -> Mapping[str, object]:
    """The table that a TOML or JSON text is. Raises `BadRequest` (`bad_workload`)."""
    if len(text) > MAX_FILE:
        raise bad(
            f"the workload is longer than {MAX_FILE:,} characters",
            "put usage records into a file of their own, and name it with `records`",
        )
    try:
        whole = text if isinstance(text, str) else text.decode("utf-8-sig")
        value = (
            Decoder().value(whole)
            if whole.lstrip().startswith("{")
            else parsed_toml(whole, _decimal)
        )
    except UnicodeDecodeError:
        raise bad("the workload is not UTF-8", None) from None
    except JsonFault as fault:
        raise bad(
            f"the workload is not JSON that can be read: {fault.message}, line {fault.line}",
            fault.help,
        ) from None
    except BadText as error:
        raise bad(
            f"the workload is not TOML that can be read: {error}",
            "a workload has `per_day` and a table `[[requests]]` for each kind of request",
        ) from None
    return value if isinstance(value, Mapping) else {}


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace("_", ""))


def is_plan(text: str | bytes) -> bool:
    """Decides whether a text is a workload and no record: it has `requests` at the top."""
    try:
        return "requests" in parsed(text)
    except BadRequest:
        return False


def number(value: object, path: str) -> Fraction:
    """A number of requests or a share: zero or more, exact."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise bad(f"`{path}` is not a number", None)
    if isinstance(value, Decimal) and (
        not value.is_finite()
        or abs(value.adjusted()) > MAX_DIGITS
        or len(value.as_tuple().digits) > MAX_DIGITS
    ):
        raise bad(f"`{path}` is not a number of requests", None)
    if not 0 <= value <= MAX_PER_DAY:
        raise bad(f"`{path}` is not between 0 and {MAX_PER_DAY:,}", None)
    return Fraction(value)


def known(value: Mapping[str, object], known: Iterable[str], path: str) -> None:
    """Raises `BadRequest` for a key that is not known."""
    names = list(known)
    for key in value:
        if key not in names:
            where = f"`{path}.{shown(key)}`" if path else f"`{shown(key)}`"
            raise bad(
                f"{where} is not a key of a workload",
                help_for(key, names, "known"),
            )


def bad(message: str, help: Help) -> BadRequest:
    """The error of a workload."""
    return BadRequest("bad_workload", message, help=help)
