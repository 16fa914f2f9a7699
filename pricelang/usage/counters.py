"""The token counters of a Messages `usage` object, with its cache writes split by lifetime."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve, frozen

from pricelang.notes import Note

from .fields import note_unknown, optional_count, optional_object, required_count

_SPLIT_KEYS = ("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens")


@frozen
class Counters:
    """Token counts of one request or of a sum, all disjoint: a prompt is `input` + `written` + `read`.

    `written` is `write_5m` + `write_1h`; `split` says that the record itself gave the two parts.
    """

    input: int
    output: int
    read: int
    written: int
    write_1h: int
    split: bool

    @property
    def write_5m(self) -> int:
        """Tokens written to the 5-minute cache."""
        return self.written - self.write_1h

    @property
    def total(self) -> int:
        """Input, writes, reads and output together: what says which copy of a line is the largest."""
        return self.input + self.output + self.read + self.written

    def meters(self) -> dict[str, object]:
        """The counts by meter: input and output always, cache meters where they are not zero."""
        meters: dict[str, object] = {"input": self.input, "output": self.output}
        if self.write_5m:
            meters["cache_write_5m"] = self.write_5m
        if self.write_1h:
            meters["cache_write_1h"] = self.write_1h
        if self.read:
            meters["cache_read"] = self.read
        return meters


def split_note(what: str, parts: int, total: int) -> Note:
    """The warning that the parts of cache writes, named by `what`, do not add up to their total."""
    text = "the part not known as 1-hour writes is priced as 5-minute writes"
    return Note("cache_split", f"{what} add up to {parts} and not to {total}: {text}")


def counters_of(usage: Mapping[str, object], path: str, notes: list[Note]) -> Counters:
    """The counters of `usage`, which stands at `path`.

    Without a split all writes are 5-minute writes. Where the split does not add up to the total, the total holds, and
    what the 1-hour part leaves of it is 5-minute writes, with a warning in `notes`.
    """
    total = optional_count(usage, "cache_creation_input_tokens", path)
    split = optional_object(usage, "cache_creation", path)
    write_1h = 0
    if split is not None:
        note_unknown(split, _SPLIT_KEYS, f"{path}.cache_creation", notes)
        parts = [optional_count(split, key, f"{path}.cache_creation") for key in _SPLIT_KEYS]
        if usage.get("cache_creation_input_tokens") is None:
            total = sum(parts)
        elif sum(parts) != total:
            notes.append(split_note(f"the parts of `{path}.cache_creation`", sum(parts), total))
        write_1h = min(parts[1], total)
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

    A single entry with writes but without a split takes the split of `top`. Where `top` itself has no split, the
    entries' own splits are the better knowledge.
    """
    for name in ("input", "output", "read", "written"):
        if sum(getattr(one, name) for one in each) != getattr(top, name):
            return None
    if not top.split or sum(one.write_1h for one in each) == top.write_1h:
        return each
    writers = [one for one in each if one.written]
    if len(writers) == 1 and not writers[0].split:
        return [evolve(one, write_1h=top.write_1h, split=True) if one is writers[0] else one for one in each]
    return None
