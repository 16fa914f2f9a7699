"""The models that release notes name, under the day of each entry, and the ends that they
announce.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from pricelang.apps.drift.saved_page import Block, PageHeading, PageText
from pricelang.apps.drift.source_data import SourceDate, SourceName
from pricelang.apps.drift.written_days import day_in

_END = re.compile(r"\bretire|\bend[- ]of[- ]life\b", re.IGNORECASE)
_INSTEAD = re.compile(r"\b(?:migrat|recommend|instead|replac|upgrad)", re.IGNORECASE)
"""Behind such a word a note names the model that is to be used from then on."""
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")


def notes_of(
    blocks: Iterable[Block], kin: frozenset[str]
) -> tuple[list[SourceName], list[SourceDate]]:
    """What the entries under headings with a day name and announce."""
    names: dict[str, SourceName] = {}
    dates: dict[tuple[str, str], SourceDate] = {}
    day = ""
    for block in blocks:
        if isinstance(block, PageHeading):
            day = day_in(block.text)
        elif isinstance(block, PageText) and day:
            place = f"the entry of {day}"
            for id in _ids([*block.codes, block.text], kin):
                names.setdefault(id, SourceName(id, place))
            for date in _ends(block.text, place, kin):
                dates.setdefault((date.id, date.day), date)
    return list(names.values()), list(dates.values())


def _ends(text: str, place: str, kin: frozenset[str]) -> Iterator[SourceDate]:
    for sentence in _SENTENCE.split(text):
        about = _INSTEAD.split(sentence)[0]
        end = day_in(sentence)
        if end and _END.search(sentence):
            for id in _ids([about], kin):
                yield SourceDate(id, "retired", end, place)


def _ids(texts: Sequence[str], kin: frozenset[str]) -> Iterator[str]:
    """The ids in texts: `claude-opus-5-5`, or the words `Claude Opus 5.5`."""
    words = "|".join(sorted(map(re.escape, kin)))
    pattern = re.compile(
        rf"\b(?:{words})(?:-[a-z0-9.]*[a-z0-9])+|\b(?:{words}) [A-Z][a-z]+ [0-9]+(?:\.[0-9]+)?",
        re.IGNORECASE,
    )
    for text in texts:
        for found in pattern.findall(text):
            yield found.lower().replace(" ", "-")
