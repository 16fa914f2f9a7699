"""What the words of the language say, for a reader who meets them first: the statements, each with
one to begin with, and the clauses at the end of a line.
"""

from __future__ import annotations

import re

from attrs import frozen

_WORDS = re.compile(r'"(?:[^"\\]|\\.)*"?|#.*|[A-Za-z0-9_.:@/-]+')
_BLANK = re.compile(r"‹([^›]*)›")


@frozen
class Meaning:
    """What a statement says, and one to begin with: what stands in `‹…›` is its author's."""

    says: str
    form: str

    @property
    def text(self) -> str:
        """The statement to begin with.

        >>> Meaning("a unit", "unit ‹MTok› is ‹1,000,000› ‹tokens›").text
        'unit MTok is 1,000,000 tokens'
        """
        return _BLANK.sub(r"\1", self.form)

    @property
    def snippet(self) -> str:
        """The statement as a snippet of an editor: equal blanks are filled in together.

        >>> Meaning("a price", "‹$3› for ‹alpha›, not ‹$3›").snippet
        '${1:\\\\$3} for ${2:alpha}, not ${1:\\\\$3}'
        """
        blanks = list(dict.fromkeys(_BLANK.findall(self.form)))
        parts = _BLANK.split(self.form)
        texts = [re.sub(r"([\\$}])", r"\\\1", part) for part in parts]
        for place in range(1, len(parts), 2):
            texts[place] = f"${{{blanks.index(parts[place]) + 1}:{texts[place]}}}"
        return "".join(texts)


STATEMENTS: dict[str, Meaning] = {
    "book": Meaning(
        "the name of the book, its title and its currency",
        'book ‹shop› "‹My shop›" in ‹USD›',
    ),
    "include": Meaning("another file of the book", 'include "‹rates.price›"'),
    "source": Meaning(
        "a page that figures come from, and when it was read",
        'source ‹page› "‹https://example.com/pricing›" read ‹2026-01-01›',
    ),
    "dimension": Meaning(
        "what a request says of itself: its values, and which is meant where it says nothing",
        "dimension ‹tier› default ‹standard›\n  ‹standard›, ‹batch›",
    ),
    "unit": Meaning("so many of another unit", "unit ‹MTok› is ‹1,000,000› ‹tokens›"),
    "meter": Meaning("what is counted, and in which unit", "meter ‹input, output› in ‹tokens›"),
    "group": Meaning("one name for some meters or models", "group ‹prompt› is ‹input›"),
    "account": Meaning("a key of records by which usage is counted", "account ‹project›"),
    "models": Meaning(
        "the models, and the day from which each can be used",
        "models\n  | model   | released   |\n  | ‹alpha› | ‹2026-01-01› |",
    ),
    "alias": Meaning("another name of a model", "alias ‹latest› is ‹alpha›"),
    "note": Meaning("what stands beside a price and changes none", 'note "‹net of tax›"'),
    "rates": Meaning(
        "the prices of models: a column for each meter, a row for each day from which they hold",
        "rates per ‹MTok›\n"
        "  | model   | from       | ‹input› | ‹output› |\n"
        "  | ‹alpha› | ‹2026-01-01› | ‹$3› | ‹$15› |",
    ),
    "derive": Meaning(
        "the price of a meter as a multiple of another's", "derive ‹cache_read› is ‹0.1› x ‹input›"
    ),
    "multiplier": Meaning(
        "a discount or a premium: what prices are multiplied by, and when",
        'multiplier ‹batch› "‹Batch›"\n  when ‹tier› is ‹batch›\n  ‹50›% off ‹tokens›',
    ),
    "surcharge": Meaning(
        "an amount that is added to a price, and when",
        'surcharge ‹priority› "‹Priority›"\n  when ‹tier› is ‹priority›\n'
        "  ‹$1› per ‹MTok› on ‹output›",
    ),
    "limit": Meaning(
        "the least or the most that a price or a bill comes to",
        'limit ‹floor› "‹Floor›"\n  at least ‹$1› per ‹MTok› on ‹output›',
    ),
    "charge": Meaning(
        "a price that is the same for all models",
        'charge ‹search› "‹Searches›"\n  ‹$10› per ‹1,000› ‹searches›',
    ),
    "tiers": Meaning(
        "steps by what an account has used or spent",
        "tiers ‹volume›\n  counts ‹tokens› per ‹organization› per ‹month›\n"
        "  ‹low›\n  ‹high› after ‹1,000› ‹MTok›",
    ),
    "commitment": Meaning(
        "what an account agreed to spend",
        'commitment ‹annual› "‹Committed›"\n  ‹$1,000› per ‹organization› per ‹year›',
    ),
    "credit": Meaning(
        "what an account was given",
        'credit ‹launch› "‹Credits›"\n  ‹$1,000› per ‹organization› per ‹year›',
    ),
    "exclude": Meaning(
        "two modifiers that no request may have at once",
        'exclude ‹fast› with ‹batch› because "‹fast requests do not wait›"',
    ),
    "refuse": Meaning(
        "requests that cannot exist", 'refuse when ‹tier› is ‹batch› because "‹no batch›"'
    ),
    "free": Meaning(
        "requests that cost nothing",
        'free when ‹outcome› is ‹failed› because "‹what fails is not billed›"',
    ),
    "stack": Meaning("the order in which modifiers apply", "stack ‹batch›, ‹fast›"),
    "round": Meaning(
        "where amounts are rounded, to what and how", "round ‹total› to ‹$0.01› ‹half_even›"
    ),
    "convert": Meaning("totals in another currency", "convert to ‹EUR› at ‹0.92›"),
    "figures": Meaning(
        "numbers beside the prices that change none",
        "figures ‹context_window› in ‹tokens›\n"
        "  | model   | from       | ‹most› |\n"
        "  | ‹alpha› | ‹2026-01-01› | ‹200,000› |",
    ),
    "amend": Meaning(
        "what a contract changes of a modifier or a charge below it",
        "amend ‹batch›\n  ‹60›% off instead of ‹50›% off ‹tokens›",
    ),
    "allow": Meaning(
        "what a contract allows that is refused below it",
        'allow ‹fast› with ‹batch› because "‹agreed›"',
    ),
    "claim": Meaning(
        "what must hold for every request: it is proven, or broken by one that is shown",
        "claim ‹input› costs less than ‹output›",
    ),
    "example": Meaning(
        "a request and what it must come to",
        'example "‹a plain request›"\n  given ‹alpha› at ‹2026-01-01›\n'
        "  uses ‹1,000,000› ‹input›\n  costs ‹$3›",
    ),
}
"""The statements by the word with which they begin."""

CLAUSES: dict[str, str] = {
    "for": "the models or groups of them that the line is about",
    "except": "the models that the line is not about: `except for alpha`",
    "when": "the requests that the line is about: `when tier is batch`",
    "from": "the first day of the line, or instant, in UTC",
    "before": "the day before which the line ends, or instant, in UTC",
    "then": "what follows: `then no effect` or `then refuse`",
    "because": "the reason, in words",
    "unsure": "what is not certain, in words",
    "see": "the source of the line",
}
"""The clauses at the end of a line, in the order in which they stand."""


def about_word(word: str) -> str | None:
    """What a word of the language says, in Markdown; None for one that explains itself."""
    if word in STATEMENTS:
        found = STATEMENTS[word]
        return f"`{word}`: {found.says}\n\n```pricelang\n{found.text}\n```"
    return f"`{word}`: {CLAUSES[word]}" if word in CLAUSES else None


def about_word_at(row: str, column: int) -> str | None:
    """What the word of the language says that stands at a column (from 1) of a line: a statement
    where it begins, a clause behind it; None in strings and comments.

    >>> about_word_at("exclude fast with batch  because \\"so\\"", 27)
    '`because`: the reason, in words'
    """
    for found in _WORDS.finditer(row):
        if found.start() < column <= found.end() + 1 and found[0][:1] not in '"#':
            known = STATEMENTS if found.start() == 0 else CLAUSES
            return about_word(found[0]) if found[0] in known else None
    return None
