"""Words of messages: the nearest known names, and text from strangers made safe to print."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

MAX_ID = 120
"""The characters of an id that its column shows; no format has ids as long."""

MAX_LISTED = 60
"""The names that a help lists."""


def nearest(name: str, known: Iterable[str], most: int = 3) -> list[str]:
    """The known names nearest to `name`, best first, at most `most`.

    >>> nearest("cache_write_1hr", ["input", "cache_write_1h", "cache_write_5m"], most=1)
    ['cache_write_1h']
    >>> nearest("mtok", ["MTok", "token"]), nearest("weekend", ["weekdays", "weekends"])
    (['MTok'], ['weekends'])
    """
    import difflib  # only needed where something is wrong

    names = sorted(set(known))
    lowered = {candidate.lower(): candidate for candidate in reversed(names)}
    one = name[:200].lower()
    for same in (one, f"{one}s", one.removesuffix("s")):
        if same in lowered and lowered[same] != name:
            return [lowered[same]]
    found = difflib.get_close_matches(name[:200].lower(), list(lowered), n=most, cutoff=0.6)
    return [lowered[candidate] for candidate in found]


def is_slip(written: str, meant: str) -> bool:
    """Decides whether a word is another with a slip of the finger: a letter too many, too few,
    another one, or two exchanged; two slips in a long word. Another number is another thing, as
    `alpha-2` is another model than `alpha-1`.

    >>> is_slip("form", "from"), is_slip("west", "east"), is_slip("alpha-2", "alpha-1")
    (True, False, False)
    """
    one, two = written[:200].lower(), meant[:200].lower()
    if [x for x in one if x.isdigit()] != [x for x in two if x.isdigit()]:
        return False
    rows: list[list[int]] = [list(range(len(two) + 1))]
    for i, left in enumerate(one, 1):
        row = [i]
        for j, right in enumerate(two, 1):
            least = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (left != right))
            if i > 1 and j > 1 and (left, right) == (two[j - 2], one[i - 2]):
                least = min(least, rows[-2][j - 2] + 1)
            row.append(least)
        rows.append(row)
    return rows[-1][-1] <= (2 if len(two) >= 8 else 1)


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """A help line for an unknown name, or None when nothing known is near."""
    near = nearest(name, known)
    return (
        "did you mean " + " or ".join(f"`{candidate}`" for candidate in near) + "?"
        if near
        else None
    )


def help_for(name: str, known: Iterable[str], what: str = "") -> Callable[[], str | None]:
    """The help of an unknown name, to be called when somebody asks for it: the nearest known names.
    Where none is near, the known names behind `what`; None where that is empty.

    >>> help_for("x", ["day", "model"], "columns")()
    'columns: day, model'
    """

    def help() -> str | None:
        names = list(known)
        near = did_you_mean(shown(name), names)
        if near is not None or not what:
            return near
        more = ["…"] if len(names) > MAX_LISTED else []
        return f"{what}: " + ", ".join([*map(shown, names[:MAX_LISTED]), *more])

    return help


def printable(text: str) -> str:
    """The text with control and direction characters shown as escapes,
    so that a hostile name cannot draw.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def shown(value: object, most: int = 60) -> str:
    """A value from a stranger as it can stand in a message: escaped, and cut where it is long."""
    try:
        text = value if isinstance(value, str) else str(value)
    except ValueError:  # an integer with more digits than Python writes out
        text = "a number of thousands of digits"
    text = printable(text[: most + 1])
    return text if len(text) <= most else text[:most] + "…"


def cut(text: str, most: int) -> str:
    """A text of at most so many characters, the last an ellipsis where it is longer.

    >>> cut("a long name", 7)
    'a long…'
    """
    return text if len(text) <= most else text[: most - 1] + "…"


def how_many(number: int, noun: str) -> str:
    """A number of things.

    >>> how_many(1, "record"), how_many(2_000, "record")
    ('1 record', '2,000 records')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def joined(parts: Sequence[str], last: str) -> str:
    """Parts of a sentence, with a word such as `or` before the last.

    >>> joined(["a"], "or"), joined(["a", "b"], "or"), joined(["a", "b", "c"], "and")
    ('a', 'a or b', 'a, b and c')
    """
    *most, final = parts
    return f"{', '.join(most)} {last} {final}" if most else final


def listed(names: Sequence[str], most: int = 3) -> str:
    """Names in a sentence, the first `most` of them and how many more.

    >>> listed(["alpha"]), listed(["alpha", "beta"]), listed(["a", "b", "c", "d", "e"])
    ('`alpha`', '`alpha` and `beta`', '`a`, `b`, `c` and 2 more')
    """
    found = [f"`{name}`" for name in names[:most]]
    if len(names) > most:
        found.append(f"{len(names) - most:,} more")
    return joined(found, "and")
