"""The counters of usage records: a closed list of names that every reader uses, and of what each is
a part. Which meter of a book counts which of them, the book says.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

from attrs import frozen

from pricelang.model.names import SECOND

CounterKind: TypeAlias = Literal["tokens", "uses", "time"]


@frozen
class Counter:
    """What a counter counts. Counters of one record are disjoint: a token is in one of them.

    `part_of` is the counter that it is a part of by the definition of providers: it is counted
    there where a book counts it nowhere. `differs` says that such a part often has a price of its
    own, so that the amount is then in doubt.
    """

    meaning: str
    part_of: str | None = None
    differs: bool = True
    kind: CounterKind = "tokens"

    def fits(self, kind: str) -> bool:
        """Decides whether a meter that is counted in units of a kind can count it."""
        counted = {"token": "tokens", SECOND: "time"}.get(kind, "uses")
        return counted == self.kind


_COUNTERS = {
    "input": Counter("tokens of the prompt that no other counter of this list counts"),
    "output": Counter("tokens of the answer that no other counter of this list counts"),
    "cache_read": Counter("tokens of the prompt that were read from a cache"),
    "cache_write": Counter("tokens that were written to a cache, for a time that is not known"),
    "cache_write_5m": Counter(
        "tokens that were written to a cache for 5 minutes", "cache_write", differs=False
    ),
    "cache_write_1h": Counter("tokens that were written to a cache for an hour", "cache_write"),
    "reasoning": Counter("tokens of reasoning before the answer", "output", differs=False),
    "input_audio": Counter("tokens of audio in the prompt", "input"),
    "input_image": Counter("tokens of images in the prompt", "input"),
    "input_video": Counter("tokens of video in the prompt", "input"),
    "output_audio": Counter("tokens of audio in the answer", "output"),
    "output_image": Counter("tokens of images in the answer", "output"),
    "output_video": Counter("tokens of video in the answer", "output"),
    "cache_read_audio": Counter("tokens of audio that were read from a cache", "cache_read"),
    "cache_read_image": Counter("tokens of images that were read from a cache", "cache_read"),
    "cache_read_video": Counter("tokens of video that were read from a cache", "cache_read"),
    "web_search": Counter("searches of the web that the provider made", kind="uses"),
    "web_fetch": Counter("pages of the web that the provider fetched", kind="uses"),
    "code_execution": Counter("time in which the provider ran code", kind="time"),
    "session_time": Counter("time in which a session of a managed agent ran", kind="time"),
}
COUNTERS: Mapping[str, Counter] = MappingProxyType(_COUNTERS)
"""All counters by name."""

UNKNOWN_LIFETIME = "cache_write"
PLAIN_LIFETIME = "cache_write_5m"
"""What cache writes of a time that is not known are taken for."""
