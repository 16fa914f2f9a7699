"""What is said beside an amount:
a code for programs, a sentence for people, and whether the amount is in doubt.
"""

from __future__ import annotations

from typing import Literal, get_args

from attrs import field, frozen

from pricelang.present.arguments import said_to_caller

NoteCode = Literal[
    "account",
    "announced",
    "assumed",
    "batch_total",
    "beyond_reading",
    "bounds",
    "cache_lifetime",
    "cache_split",
    "cache_unknown",
    "cached_media",
    "declined",
    "execution_time",
    "fallback_credit",
    "free",
    "inexact_decimal",
    "iterations",
    "latency",
    "long_context_mark",
    "long_window",
    "merged_counter",
    "no_date",
    "not_counted",
    "nothing_billed",
    "outside_term",
    "period",
    "position",
    "provider",
    "refusal_category",
    "refusal_output",
    "remark",
    "retired",
    "running_total",
    "speed",
    "subscription",
    "turns",
    "ungrouped",
    "unfinished",
    "unknown_counter",
    "unknown_key",
    "unsure",
]


@frozen
class NoteMeaning:
    """What a code means, for the documentation;
    `doubtful` where the amount beside it may be wrong.
    """

    text: str
    doubtful: bool = False


def _doubt(text: str) -> NoteMeaning:
    return NoteMeaning(text, doubtful=True)


MEANINGS: dict[NoteCode, NoteMeaning] = {
    "account": NoteMeaning(
        "an allowance, a tier, a minimum, a commitment or a credit of the account is not part of "
        "the amount of one record"
    ),
    "announced": NoteMeaning("another price was announced for this day and withdrawn"),
    "assumed": NoteMeaning("an estimate rests on an assumption, which the note names"),
    "batch_total": _doubt(
        "a gateway logged a whole batch as one call: priced as a sum of its requests, at the "
        "price of a batch"
    ),
    "beyond_reading": NoteMeaning(
        "the day is so long after the last reading of the book's sources that a price may have "
        "changed since"
    ),
    "bounds": _doubt("a sum of requests has a low and a high amount only"),
    "cache_lifetime": _doubt(
        "the lifetime of cache writes is not known: they are priced as 5-minute writes"
    ),
    "cache_split": _doubt("the parts of the cache writes do not add up to their total"),
    "cache_unknown": _doubt("what was read from a cache, or written to it, is not known"),
    "cached_media": _doubt(
        "whether cached tokens are text or audio, images or video is not told: they are taken for "
        "text as far as there is any"
    ),
    "declined": NoteMeaning("an attempt was declined before any output, and is not billed"),
    "execution_time": _doubt(
        "the record does not tell what time is billed: of code execution, which is not priced, or "
        "of a session of several agents, whose times are added up"
    ),
    "fallback_credit": _doubt(
        "a fallback credit was redeemed: the amount is that of the counters as reported, and "
        "the note has its bounds"
    ),
    "free": NoteMeaning("the request is free, for the reason that the book gives"),
    "inexact_decimal": NoteMeaning(
        "the amount has no finite decimal and has 20 places; said with data only"
    ),
    "iterations": _doubt("the iterations of a response do not add up to its usage"),
    "latency": _doubt(
        "the request was served with optimized latency, or on the priority tier of Bedrock, which "
        "have prices of their own for some models: priced without them"
    ),
    "long_context_mark": NoteMeaning("a mark of a long context window was taken off the model id"),
    "long_window": NoteMeaning(
        "a prompt beyond the plain window can only have been of the long one, and is priced so"
    ),
    "merged_counter": _doubt(
        "the book has no price of its own for a part of a counter, such as audio: it is priced "
        "as the whole"
    ),
    "no_date": NoteMeaning("the record has no date: it is priced as of now"),
    "not_counted": NoteMeaning("an estimate leaves something out, which the note names"),
    "nothing_billed": NoteMeaning("the record holds no usage that is billed"),
    "outside_term": NoteMeaning(
        "the day is outside the term of the contract: the prices below it hold"
    ),
    "period": _doubt(
        "a sum over more than a day is priced as of one day, and a price may have changed in it"
    ),
    "position": NoteMeaning(
        "a place was given in tiers that do not count the request, which is priced without them"
    ),
    "provider": _doubt(
        "the record names a provider whose platform is not known, or one with prices of its own"
    ),
    "refusal_category": _doubt("whether a refusal of this category is billed is not known"),
    "refusal_output": _doubt(
        "a refusal has no content and counts a token of output, so whether it came before "
        "any is not known"
    ),
    "remark": NoteMeaning("a remark of the book, or of a format from outside"),
    "retired": NoteMeaning("the model was retired: this is its last price"),
    "running_total": _doubt("an earlier result of the same session may be counted in this one"),
    "speed": _doubt("the record has a speed, and does not say for which model"),
    "subscription": _doubt("the usage is that of a subscription, which is not billed by the token"),
    "turns": NoteMeaning(
        "a result is the total of all turns of its process: what the one before it counts is "
        "taken out"
    ),
    "ungrouped": _doubt("a report was not grouped by a dimension on which its price may depend"),
    "unfinished": _doubt("the record has no final count: the response may have cost more"),
    "unknown_counter": _doubt(
        "a counter above zero is not known, and was let pass without a price"
    ),
    "unknown_key": NoteMeaning("a key that is not known, and counts nothing, was left out"),
    "unsure": _doubt("the book has a doubt about a price or a rule that was used"),
}
assert MEANINGS.keys() == set(get_args(NoteCode))

TEXTS: dict[NoteCode, str] = {
    "account": "not included (applied per account and period by `invoice`): {what}",
    "bounds": "the record adds up several requests: each may be on either side of a threshold, or "
    "at any hour; the lines are those of the low figure",
    "inexact_decimal": "the total is {total}, which has no finite decimal: shown to 20 places",
    "long_window": "a prompt of {amount} tokens is beyond the window of {most}: it can only have "
    "been `{dimension}` `{value}`, and is priced so",
    "no_date": "no date is given: priced as of {day}",
    "position": "the tiers of `{name}` do not count this request",
}
"""The texts of notes that depend on the request, and on nothing of the book."""


def told(code: NoteCode, **values: object) -> Note:
    """A note of `TEXTS` with the values that it names.

    >>> str(told("no_date", day="2026-11-29"))
    'no_date: no date is given: priced as of 2026-11-29'
    """
    return Note(code, TEXTS[code].format(**values))


@frozen
class Note:
    """One thing to know about an amount: a stable `code` of `MEANINGS`, and a sentence.

    >>> str(Note("retired", "`claude-2.0` was retired on 2025-07-21"))
    'retired: `claude-2.0` was retired on 2025-07-21'
    >>> Note("cache_lifetime", "the lifetime is not known").doubtful
    True
    """

    code: NoteCode
    text: str = field(converter=said_to_caller)

    @property
    def doubtful(self) -> bool:
        """Decides whether the amount beside the note may be wrong: `strict` refuses those."""
        return MEANINGS[self.code].doubtful

    @property
    def level(self) -> str:
        """`warning` for a note of doubt, else `note`."""
        return "warning" if self.doubtful else "note"

    def __str__(self) -> str:
        return f"{self.code}: {self.text}"

    def to_dict(self) -> dict[str, str]:
        """The note as JSON outputs have it: `code`, `level` and `text`."""
        return {"code": self.code, "level": self.level, "text": self.text}
