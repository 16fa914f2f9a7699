"""The token counters of a Messages `usage` object, with its cache writes split by lifetime."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from attrs import evolve, field, frozen

from pricelang.model.counter_names import COUNTERS
from pricelang.model.notes import Note
from pricelang.usage.fields import count_in, optional_count, optional_object, required_count
from pricelang.usage.records import UsageError
from pricelang.usage.unknown import known_names

_SPLIT_KEYS = ("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens")
SPLIT = known_names(*_SPLIT_KEYS)
PROMPT = frozenset(name for name in COUNTERS if name.startswith(("input", "cache_")))
"""The counters that add up to a prompt."""
Holder = tuple[Mapping[str, object], str]
"""An object of counts, and its path."""


@frozen
class Counters:
    """Token counts of one request or of a sum, all disjoint:
    a prompt is `input` + `written` + `read`.

    `written` is `write_5m` + `write_1h`; `split` says that the record itself gave the two parts.
    `parts` are counters that `COUNTERS` has as parts of these and that the record tells apart, such
    as `reasoning` within `output`.
    """

    input: int
    output: int
    read: int
    written: int
    write_1h: int
    split: bool
    parts: Mapping[str, int] = field(factory=dict)

    @property
    def write_5m(self) -> int:
        """Tokens written to the 5-minute cache."""
        return self.written - self.write_1h

    @property
    def total(self) -> int:
        """Input, writes, reads and output together:
        what says which copy of a line is the largest.
        """
        return self.input + self.output + self.read + self.written

    def meters(self, *, plain: bool = False) -> dict[str, object]:
        """The counts by the names of `COUNTERS`: input and output always, others where they are not
        zero. `plain` says that cache writes without a lifetime are 5-minute writes, as they are in
        the Messages API; anywhere else that is not known.
        """
        meters: dict[str, object] = {"input": self.input, "output": self.output}
        if self.written and not (plain or self.split or self.write_1h):
            meters["cache_write"] = self.written
        elif self.written:
            if self.write_5m:
                meters["cache_write_5m"] = self.write_5m
            if self.write_1h:
                meters["cache_write_1h"] = self.write_1h
        if self.read:
            meters["cache_read"] = self.read
        for name, number in self.parts.items():
            whole = COUNTERS[name].part_of or ""
            meters[whole] = int(str(meters.get(whole, 0))) - number
            meters[name] = number
        return meters


def split_note(what: str, parts: int, total: int) -> Note:
    """The warning that the parts of cache writes, named by `what`, do not add up to their total."""
    text = "the part not known as 1-hour writes is priced as 5-minute writes"
    return Note("cache_split", f"{what} add up to {parts} and not to {total}: {text}")


def counters_of(usage: Mapping[str, object], path: str, notes: list[Note]) -> Counters:
    """The counters of `usage`, which stands at `path`.

    Without a split all writes are 5-minute writes. Where the split does not add up to the total,
    the total holds, and what the 1-hour part leaves of it is 5-minute writes, with a warning in
    `notes`.
    """
    total = optional_count(usage, "cache_creation_input_tokens", path)
    split = optional_object(usage, "cache_creation", path)
    write_1h = 0
    if split is not None:
        inner = f"{path}.cache_creation"
        write_5m, write_1h = (
            optional_count(split, _SPLIT_KEYS[0], inner),
            optional_count(split, _SPLIT_KEYS[1], inner),
        )
        if usage.get("cache_creation_input_tokens") is None:
            total = write_5m + write_1h
        elif write_5m + write_1h != total:
            notes.append(split_note(f"the parts of `{inner}`", write_5m + write_1h, total))
        write_1h = min(write_1h, total)
    return Counters(
        input=required_count(usage, "input_tokens", path),
        output=required_count(usage, "output_tokens", path),
        read=optional_count(usage, "cache_read_input_tokens", path),
        written=total,
        write_1h=write_1h,
        split=split is not None,
    )


def shares(top: Counters, each: list[Counters]) -> list[Counters] | None:
    """The counters in `each` when they add up to `top`, and None when they do not.

    A single entry with writes but without a split takes the split of `top`.
    Where `top` itself has no split, the entries' own splits are the better knowledge.
    """
    for name in ("input", "output", "read", "written"):
        if sum(getattr(one, name) for one in each) != getattr(top, name):
            return None
    if not top.split or sum(one.write_1h for one in each) == top.write_1h:
        return each
    writers = [one for one in each if one.written]
    if len(writers) == 1 and not writers[0].split:
        return [
            evolve(one, write_1h=top.write_1h, split=True) if one is writers[0] else one
            for one in each
        ]
    return None


def agreed(places: Collection[Holder], names: Collection[str]) -> int | None:
    """The count that stands under one of several names in one of several objects,
    or under some that agree; None where it is nowhere.

    `places` are the objects with their paths. Raises `UsageError` where two differ.
    """
    found: int | None = None
    for holder, path in places:
        for name in names:
            if name in holder and holder[name] is not None:
                number = count_in(holder[name], name, path)
                if found is not None and number != found:
                    raise _differing(places, names)
                found = number
    return found


def meanings(names: Mapping[str, Collection[str]]) -> dict[str, str]:
    """What each key counts, out of the keys of each counter: what `all_agreed` takes."""
    return {key: name for name, keys in names.items() for key in keys}


def all_agreed(places: Collection[Holder], meant: Mapping[str, str]) -> dict[str, int]:
    """The same as `agreed` for several counters in one pass:
    the counts that are there by their names; `meant` is made by `meanings`.
    """
    found: dict[str, int] = {}
    for holder, path in places:
        for key, value in holder.items():
            if key in meant and value is not None:
                number = count_in(value, key, path)
                if found.setdefault(meant[key], number) != number:
                    raise _differing(
                        places, [other for other, name in meant.items() if name == meant[key]]
                    )
    return found


def _differing(places: Collection[Holder], names: Collection[str]) -> UsageError:
    """The fault of counts that differ. Raises that of one that is no count."""
    told = [
        f"`{f'{path}.{name}' if path else name}` ({optional_count(holder, name, path)})"
        for holder, path in places
        for name in names
        if holder.get(name) is not None
    ]
    return UsageError("bad_counts", " and ".join(told) + " count the same and differ")


def writes_of(
    written: int | None, parts: tuple[int | None, int | None], notes: list[Note]
) -> tuple[int, int, bool]:
    """All cache writes, those for an hour, and whether the record splits them,
    out of what it tells: their sum and their 5-minute and 1-hour parts.

    A part that is not told is the rest. A sum of zero beside parts is that of writes without a
    lifetime, and the parts are all there is. Otherwise the sum holds, with a warning in `notes`
    where the parts do not add up to it.

    >>> writes_of(100, (None, 40), []), writes_of(0, (100, 0), []), writes_of(100, (None, None), [])
    ((100, 40, True), (100, 0, True), (100, 0, False))
    """
    short, long = parts
    if not short and not long:
        return written or 0, 0, written == 0 or (written is None and parts != (None, None))
    total = written or (short or 0) + (long or 0)
    short = max(total - (long or 0), 0) if short is None else short
    long = max(total - short, 0) if long is None else long
    if short + long != total:
        notes.append(split_note("the parts of the cache writes", short + long, total))
    return total, min(long, total), True
