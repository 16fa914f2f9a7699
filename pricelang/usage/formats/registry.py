"""The format of an object and what reads it: asked of the table of `known_formats`, and of formats
from outside.

A format is a small module with three names:

- `FORMAT`, the name that `--format` takes and that records carry;
- `known(value)`, whether an object has this shape, by its keys and never by its numbers;
- `outcomes(value, place)`, the `Record`s, `Skipped`s and `Rejected`s that an object holds,
  in order. It raises
  `UsageError` where the whole object cannot be read.
  A format that must remember what came before has `start()`
  instead, which gives such a function for one run.

A package adds one by an entry point of the group `pricelang.formats` that names such a module (or
any object with these names). It is asked after all formats from here, or at once by `--format`;
nothing is imported before it is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from importlib import import_module
from typing import Any

from pricelang.usage.fields import clean, is_object, shown
from pricelang.usage.formats.known_formats import BY_NAME, FORMATS, HINTS, KNOWN, LAST, Format
from pricelang.usage.records import Outcome, Place, UsageError, without_blanks
from pricelang.usage.shapes import NATIVE, native_format_of

Read = Callable[[Mapping[str, object], Place], Iterable[Outcome]]
GROUP = "pricelang.formats"


def format_of(value: Mapping[str, object]) -> str:
    """The name of the format of an object.
    Raises `UsageError` when no format has this shape, or a plugin is broken.
    """
    usage = value.get("usage")
    inner = usage if is_object(usage) else ()
    if not (HINTS.isdisjoint(value) and HINTS.isdisjoint(inner)):
        for one in _candidates(HINTS.intersection((*value, *inner))):
            if _module(one.module).known(value):
                return one.name
    native = native_format_of(value)
    if native is not None:
        return native
    for one in LAST:
        if _module(one.module).known(value):
            return one.name
    for name in plugins():
        if _plugin(name).known(value):
            return name
    raise _unknown(value)


@lru_cache(maxsize=256)
def _candidates(hints: frozenset[str]) -> tuple[Format, ...]:
    """The formats that some of these keys hint at, in order; records of one kind have the same."""
    return tuple(one for one in KNOWN if not one.keys.isdisjoint(hints))


def reader_of(name: str) -> Read:
    """The function that reads objects of a format, for one run.
    Raises `UsageError` for a plugin that is broken.
    """
    known = BY_NAME.get(name)
    if known is not None:
        return _reader(_module(known.module))
    if name in NATIVE:
        record = _module(name.replace("-", "_")).record
        return lambda value, place: (record(value, place),)
    plugin = _plugin(name)

    def read(value: Mapping[str, object], place: Place) -> Iterable[Outcome]:
        try:
            return [without_blanks(found) for found in start(value, place)]
        except UsageError:
            raise
        except (
            Exception
        ) as error:  # somebody else's code: whatever it raises, the record is refused and named
            raise _broken(name, f"failed on a record: {type(error).__name__}: {error}") from error

    start = _reader(plugin)
    return read


def checked_format(name: str | None) -> str | None:
    """`name` if it is a format or None. Raises `UsageError` with the nearest known name."""
    if name is None or name in FORMATS:
        return name
    found = plugins()
    if name in found:
        _plugin(name)
        return name
    from difflib import get_close_matches

    near = get_close_matches(name, (*FORMATS, *found), 1)
    known = "known formats: " + ", ".join((*FORMATS, *found))
    raise UsageError(
        "unknown_format",
        f"there is no format {shown(name)}",
        f"did you mean `{near[0]}`?" if near else known,
    )


def plugins() -> dict[str, Any]:
    """The entry points of formats from outside by name;
    one with the name of a format from here is left out.
    """
    global _PLUGINS
    if _PLUGINS is None:
        from importlib.metadata import entry_points

        _PLUGINS = {
            point.name: point
            for point in sorted(entry_points(group=GROUP), key=lambda point: point.name)
            if point.name not in FORMATS
        }
    return _PLUGINS


_PLUGINS: dict[str, Any] | None = None


def _plugin(name: str) -> Any:
    point = plugins()[name]
    try:
        found = point.load()
    except Exception as error:  # an import can fail in any way
        raise _broken(name, f"cannot be loaded: {type(error).__name__}: {error}") from error
    lacking = [word for word in ("FORMAT", "known") if not hasattr(found, word)]
    if not hasattr(found, "outcomes") and not hasattr(found, "start"):
        lacking.append("outcomes")
    if lacking:
        raise _broken(name, "has no " + ", ".join(f"`{word}`" for word in lacking))
    return found


def _broken(name: str, what: str) -> UsageError:
    point = plugins()[name]
    return UsageError(
        "broken_format",
        f"the format {shown(name)} from outside {clean(what)}",
        f"it is the entry point {shown(f'{point.name} = {point.value}', 120)} of `{GROUP}`: "
        "repair or uninstall its package",
    )


@cache
def _module(name: str) -> Any:
    return import_module(f"{__package__}.{name}")


def _reader(module: Any) -> Read:
    read: Read = module.start() if hasattr(module, "start") else module.outcomes
    return read


def _unknown(value: Mapping[str, object]) -> UsageError:
    keys = ", ".join(shown(key, 30) for key in list(value)[:5])
    return UsageError(
        "unknown_record",
        f"no known usage record has this shape: {keys or 'an empty object'}",
        "known formats: " + ", ".join((*FORMATS, *plugins())),
    )


__all__ = ["GROUP", "Read", "checked_format", "format_of", "plugins", "reader_of"]
