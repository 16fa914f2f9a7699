"""Numbers and amounts as people write them elsewhere, in words too, and how a book has them."""

from __future__ import annotations

import re
from decimal import Decimal

from pricelang.syntax.habit import AMOUNT, Habit, Matched

_NUMBER = re.compile(r"(?P<sign>[$€£¥])?(?P<digits>[0-9][0-9,._]*)(?P<suffix>[kKmMbB]\b)?")
_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+")
_SIZES = {"k": 1_000, "m": 1_000_000, "b": 1_000_000_000}


def number_at(row: str, column: int) -> re.Match[str] | None:
    """The number that stands at a column of a row (from 1), with its sign and its suffix."""
    return next(
        (found for found in _NUMBER.finditer(row) if found.start() < column <= found.end()), None
    )


def whole_number(written: str) -> int:
    """The number that digits with a suffix stand for.

    >>> whole_number("1.5k"), whole_number("200,000")
    (1500, 200000)
    """
    size = _SIZES.get(written[-1:].lower(), 1)
    whole, _, places = re.sub("[^0-9.]", "", written).strip(".").partition(".")
    return int(Decimal(f"{whole or 0}.{places.replace('.', '')}") * size)


def number_help(found: re.Match[str], rest: str, is_amount: bool) -> str | None:
    """How a number is written that cannot be read; `rest` is what follows it, and `is_amount`
    says that an amount of money should stand there.

    >>> number_help(number_at("$0,06 per hour", 3), " per hour", False)
    'a comma groups thousands: did you mean `$0.06`?'
    >>> number_help(number_at("1.000.000 tokens", 1), " tokens", False)
    'commas group thousands: `1,000,000`'
    >>> number_help(number_at("costs 4.40", 7), "", True)
    'an amount bears a currency: `$4.40`'
    """
    digits, sign = found["digits"].rstrip(",._"), found["sign"] or ""
    if found["suffix"] is not None:
        return f"write the whole number: `{sign}{whole_number(digits + found['suffix']):,}`"
    behind = re.match(r" *([€$£¥])", rest)
    if behind is not None and not sign:
        return f"the currency stands before the amount: `{behind[1]}{_decimal(digits)}`"
    if "_" in digits or re.fullmatch(r"[0-9]{1,3}(\.[0-9]{3}){2,}", digits):
        return f"commas group thousands: `{sign}{int(re.sub('[._,]', '', digits)):,}`"
    if re.fullmatch(r"[0-9]+(,[0-9]+)+", digits) and not _GROUPED.fullmatch(digits):
        return _comma_help(digits, sign)
    if is_amount and not sign and re.fullmatch(r"[0-9,]+(\.[0-9]+)?", digits):
        amount = Decimal(digits.replace(",", ""))
        code = re.match(r" *([A-Z]{3})\b", rest)
        sign = f"{code[1]} " if code is not None and code[1] != "USD" else "$"
        return f"an amount bears a currency: `{sign}{amount:,f}`"
    return None


def _decimal(digits: str) -> str:
    """Digits with a point before the cents, whichever mark stands there."""
    found = re.fullmatch(r"([0-9.,]*)[.,]([0-9]{1,2})", digits)
    if found is None:
        return f"{int(re.sub('[.,]', '', digits)):,}"
    return f"{int(re.sub('[.,]', '', found[1]) or 0):,}.{found[2]}"


def _comma_help(digits: str, sign: str) -> str:
    """A comma as the decimal point, or thousands that are grouped otherwise."""
    whole, *parts = digits.split(",")
    grouped, point = f"{sign}{int(''.join((whole, *parts))):,}", f"{sign}{whole}.{parts[-1]}"
    if len(parts) > 1:
        return f"a comma groups thousands: did you mean `{grouped}`?"
    if sign or whole == "0":
        return f"a comma groups thousands: did you mean `{point}`?"
    return f"a comma groups thousands: did you mean `{point}` or `{grouped}`?"


SIGN = r"[$€£¥]"
DIGITS = r"[0-9][0-9,]*(?:\.[0-9]+)?"
SIZES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_SMALL = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    *("nineteen", "twenty"),
)
_TENS = ("thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDS: dict[str, Decimal | int] = {
    **{word: number for number, word in enumerate(_SMALL)},
    **{word: 10 * number for number, word in enumerate(_TENS, 3)},
    "a": 1,
    "an": 1,
    "half": Decimal("0.5"),
    "nothing": 0,
    "free": 0,
}
WORD = "|".join(sorted(_WORDS, key=len, reverse=True))
_SIZE = "|".join(SIZES)
_CODES = {"A": "AUD ", "AU": "AUD ", "C": "CAD ", "CA": "CAD ", "HK": "HKD ", "NZ": "NZD "}
_CODES |= {"R": "BRL ", "S": "SGD ", "SG": "SGD ", "US": "$", "USD": "$", "USD ": "$"}
CENTS = r"(?:¢|(?:cents?|ct)\b)"
COIN = rf"(?:(?:dollars?|bucks?|euros?|pounds?|yen)\b|{CENTS})"
_COINS = {"dollar": "$", "buck": "$", "euro": "€", "pound": "£", "yen": "¥"}


def _number(text: str) -> Decimal:
    """A number in digits or in words."""
    found = _WORDS.get(text)
    return Decimal(text.replace(",", "") if found is None else found)


def amount_named(number: str, size: str | None, coin: str | None) -> str:
    """An amount in words as a book has it.

    >>> amount_named("two", None, "dollars"), amount_named("fifty", None, "cents")
    ('$2', '$0.50')
    """
    word, coin = number.lower(), (coin or "dollar").lower()
    times = SIZES.get((size or "").strip().lower(), 1)
    amount = _number(word) * times / (100 if coin[0] in "c¢" else 1)
    return _COINS.get(coin.rstrip("s"), "$") + two_places(amount)


def two_places(amount: Decimal) -> str:
    """The digits of an amount, with two places of cents where there are any.

    >>> two_places(Decimal("2.4")), two_places(Decimal(1000)), two_places(Decimal("0.3125"))
    ('2.40', '1,000', '0.3125')
    """
    digits = f"{amount.normalize():,f}"
    return digits + "0" if re.search(r"\.[0-9]$", digits) else digits


def _in_words(_: Matched, rest: Matched) -> str:
    return f"write `{amount_named(rest['number'], rest['size'], rest['coin'])}`"


def _scientific(_: Matched, rest: Matched) -> str:
    """A number with an exponent, as programs write small and large ones."""
    number = Decimal(rest["digits"]).scaleb(int(rest["exponent"]))
    return f"write `{rest['sign']}{number:,f}`"


def _power(before: Matched, rest: Matched) -> str:
    return f"write `{int(before[1]) ** int(rest[1]):,}`"


NUMBER_HABITS = (
    Habit("", rf"({SIGN}) +([0-9][0-9.,]*)", lambda _, x: f"write `{x[1]}{x[2]}`"),
    Habit(
        "",
        rf"({'|'.join(sorted(_CODES, key=len, reverse=True))})\$ ?([0-9][0-9.,]*)",
        lambda _, x: f"write `{_CODES[x[1]]}{x[2]}`",
        AMOUNT,
    ),
    Habit(
        "",
        r"(?P<sign>[$€£¥]?)(?P<digits>[0-9]+(?:\.[0-9]+)?)[eE](?P<exponent>[+-]?[0-9]{1,2})\b",
        _scientific,
    ),
    Habit(r"\b([0-9]{1,4}) ?", r"(?:\^|\*\*) ?([0-9]{1,2})\b", _power),
    Habit(
        r"\bx +", r"[-−] ?[0-9]", "a factor is above zero; that of a discount is below 1: `x 0.5`"
    ),
    Habit("", rf"({SIGN}?)(\.[0-9]+)\b", lambda _, x: f"write `{x[1]}0{x[2]}`"),
    Habit(
        "",
        rf"(?i:(?P<number>{WORD})(?:[ -]+(?P<size>{_SIZE}))?(?: +(?P<coin>{COIN})| *$))",
        _in_words,
        AMOUNT,
    ),
    Habit("", rf"(?P<number>[0-9]+(?:\.[0-9]+)?)(?P<size> )?(?P<coin>{CENTS})", _in_words),
    Habit(
        "",
        rf"(?i:(?P<number>{WORD}|{DIGITS}) +)?(?P<size>{_SIZE})\b",
        lambda _, x: f"write `{_whole_in_words(x):,}`",
        "a number",
    ),
)
"""Habits of numbers and amounts."""


def _whole_in_words(found: Matched) -> int:
    """A number such as `a million` or `two hundred`."""
    word = (found["number"] or "one").lower()
    return int(_number(word) * SIZES[found["size"]])


def plain_digits(text: str) -> str | None:
    """A number that programs and other languages write otherwise; None for any other text.

    >>> plain_digits("1e6"), plain_digits("1_000"), plain_digits("1.000.000"), plain_digits("five")
    ('1,000,000', '1,000', '1,000,000', None)
    """
    if re.fullmatch(r"[0-9]{1,15}(?:\.[0-9]{1,15})?[eE][+-]?[0-9]{1,2}", text):
        return f"{Decimal(text):,f}"
    if re.fullmatch(r"[0-9]{1,15}(?:_[0-9]+)+|[0-9]{1,3}(?:\.[0-9]{3}){2,5}", text):
        return f"{int(re.sub('[._]', '', text)):,}"
    return None
