"""Text to tokens, estimated by the book's figures:
characters by script, words, and the growth of the newer tokenizer.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from fractions import Fraction
from functools import lru_cache

from attrs import frozen

from pricelang.apps.quote.figures import ModelFigures
from pricelang.apps.quote.model import NOTHING, QuoteError, Range

_WORDS = re.compile(r"[^\W\d_]+")
_CJK = (
    "CJK ",
    "HIRAGANA",
    "KATAKANA",
    "HANGUL",
    "BOPOMOFO",
    "IDEOGRAPHIC",
    "FULLWIDTH",
    "HALFWIDTH",
)
ONE = Fraction(1)


@frozen
class Rules:
    """Characters to a token: of each script the fewest, the usual and the most;
    words to a token; growth, usual and most.
    """

    scripts: dict[str, tuple[Fraction, Fraction, Fraction]]
    words: Fraction
    usually: Fraction
    at_most: Fraction
    known: bool

    def tokens(self, text: str) -> Range:
        """The tokens of a text, between the bounds of its scripts.
        Every text that is not empty has one at least.
        """
        if not text:
            return NOTHING
        counts = _counted(text)
        low = expected = high = Fraction(0)
        for script, number in counts.items():
            fewest, about, most = self.scripts[script]
            low, expected, high = (
                low + number / most,
                expected + number / about,
                high + number / fewest,
            )
        expected = self._by_words(text, counts, expected)
        high = min(high * self.at_most, Fraction(len(text.encode("utf-8", "surrogatepass"))))
        low = max(ONE, low)
        high = max(low, high)
        return _whole(low, min(max(low, expected * self.usually), high), high)

    def _by_words(self, text: str, counts: Counter[str], expected: Fraction) -> Fraction:
        """The middle of both rules of the page where they do not contradict each other,
        as they do on code and numbers.
        """
        letters = counts["latin"]
        if not letters:
            return expected
        words = len(_WORDS.findall(text)) / self.words
        fewest, about, most = self.scripts["latin"]
        return (
            expected + (words - letters / about) / 2
            if letters / most <= words <= letters / fewest
            else expected
        )


def rules_of(figures: ModelFigures) -> Rules:
    """The rules for a model on a day.
    Raises `QuoteError` for a book that has no figures for text.
    """
    english = figures.row_or_first("text", "english")
    scripts = figures.rows("script")
    if english is None or "latin" not in scripts:
        raise QuoteError(
            "no_figures",
            "this book has no figures for the tokens of a text",
            help="give the tokens with `--tokens`",
        )
    found = {
        name: (row["fewest"], row.values.get("about", english["characters_per_token"]), row["most"])
        for name, row in scripts.items()
    }
    growth = figures.of_model("tokenizer_growth")
    usually, at_most = (
        (growth["usually"], growth["at_most"]) if growth else (Fraction(0), Fraction(0))
    )
    return Rules(found, english["words_per_token"], 1 + usually, 1 + at_most, growth is not None)


def _counted(text: str) -> Counter[str]:
    """How many characters a text has of each script;
    one space between two words is part of the words.
    """
    counts: Counter[str] = Counter()
    single = len(re.findall(r"(?<=\S) (?=\S)", text))
    for char, number in Counter(text).items():
        counts[_script(char)] += number
    counts["space"] -= single
    counts["latin"] += single
    return +counts


@lru_cache(maxsize=20_000)
def _script(char: str) -> str:
    """The class of a character: as in the book's table of scripts."""
    if char.isspace():
        return "space"
    category = unicodedata.category(char)
    name = unicodedata.name(char, "")
    if name.startswith(_CJK):
        return "cjk"
    if category[0] == "L":
        if name.startswith("LATIN"):
            return "latin"
        return "greek_cyrillic" if name.startswith(("GREEK", "CYRILLIC")) else "other"
    if category == "Nd" and char.isascii():
        return "digit"
    return "sign" if char.isascii() or category[0] == "P" else "other"


def _whole(low: Fraction, expected: Fraction, high: Fraction) -> Range:
    return Range(low.__floor__(), expected.__ceil__(), high.__ceil__())
