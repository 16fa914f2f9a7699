"""What is wrong with a text and where: spans, faults, and how a fault is printed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from attrs import evolve, field, frozen

from pricelang.present.explained import Help
from pricelang.present.text import how_many, printable


@frozen(order=True)
class Span:
    """A stretch of one file. Lines and columns count from 1, in code points;
    the end is exclusive.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


NOWHERE = Span("", 0, 0, 0, 0)
AGAIN = "and here"
"""The word on each further place of one cause."""
MAX_PLACES = 100
"""A fault has no more further places."""
MAX_SHOWN = 5
"""So many further places of a fault are printed with their lines."""


@frozen
class Mend:
    """What stands in the row of a fault where its help says to write something else: the first
    column and the one behind the last, from 1, and the text for it.
    """

    start: int
    end: int
    text: str


@frozen
class Fault:
    """One thing wrong with a book.

    `code` is stable and meant for programs, `message` is one sentence without a final period,
    and `others` are further places with a word on each (the other one of two rules that disagree).
    """

    code: str
    message: str
    span: Span
    _help: Help = field(default=None, eq=False, repr=False)
    others: tuple[tuple[Span, str], ...] = ()
    severity: str = "error"
    _mend: Callable[[], Mend | None] | None = field(default=None, eq=False, repr=False)

    @property
    def mend(self) -> Mend | None:
        """The edit that the help stands for, where it is one and the text is at hand."""
        return self._mend() if self._mend is not None else None

    @property
    def help(self) -> str | None:
        """What to do next, or None. It is worked out when it is first asked for: of very many
        faults few are shown, and the nearest known name takes long to find.
        """
        found = self._help
        if callable(found):
            found = found()
            object.__setattr__(self, "_help", found)
        return found

    def also_at(self, span: Span) -> Fault:
        """The fault at one more place of the same cause: the first of all is its own."""
        own, *more = sorted({self.span, span, *(place for place, _ in self.others)})
        kept = tuple((place, AGAIN) for place in more[:MAX_PLACES])
        return evolve(self, span=own, others=kept)

    def __reduce__(self) -> tuple[object, ...]:
        return Fault, (self.code, self.message, self.span, self.help, self.others, self.severity)


class BookError(Exception):
    """A book that cannot be used; `faults` are all of its faults, in order of place. `code`,
    `location` (FILE:LINE:COLUMN, None where there is no place) and `help` are those of the first,
    as other errors have them.

    >>> import pricelang
    >>> pricelang.load("antropic")
    Traceback (most recent call last):
        ...
    pricelang.syntax.diagnostics.BookError: there is no book `antropic` (no_book)
    """

    rule: str | None = None

    def __init__(self, faults: Iterable[Fault], texts: Mapping[str, str] | None = None) -> None:
        self.faults = at_most(faults)
        self.texts = dict(texts or {})
        first = self.faults[0] if self.faults else None
        self.code = first.code if first else ""
        self.location = str(first.span) if first and first.span != NOWHERE else None
        super().__init__("\n".join(map(_sentence, self.faults)))

    @property
    def help(self) -> str | None:
        """What to do next about the first fault."""
        return self.faults[0].help if self.faults else None

    def to_dict(self) -> dict[str, str | None]:
        """The first fault as other errors are printed as JSON, and how many more there are."""
        more = len(self.faults) - 1
        rest = f", and {how_many(more, 'more fault')}" if more > 0 else ""
        return {
            "code": self.code,
            "message": (self.faults[0].message if self.faults else "") + rest,
            "rule": self.rule,
            "location": self.location,
            "help": self.help,
        }

    def __reduce__(self) -> tuple[object, ...]:
        # made without its `__init__`, whose arguments are not its `args`
        return type(self).__new__, (type(self), *self.args), self.__dict__


def _sentence(fault: Fault) -> str:
    return (
        f"{fault.span}: {fault.message} ({fault.code})"
        if fault.span != NOWHERE
        else f"{fault.message} ({fault.code})"
    )


def sort_faults(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Faults in order of place, each once."""
    return tuple(sorted(dict.fromkeys(faults), key=lambda f: (f.span, f.code, f.message)))


MAX_FAULTS = 100


def at_most(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Faults in order of place: of very many, the first errors,
    else the first warnings, and one that counts the others.
    """
    found = sort_faults(faults)
    if len(found) <= MAX_FAULTS:
        return found
    kept = sorted(found, key=lambda fault: fault.severity != "error")[: MAX_FAULTS + 1]
    more = kept.pop()
    message = f"and {len(found) - MAX_FAULTS:,} more faults, which are not shown"
    return (*sort_faults(kept), Fault("too_large", message, more.span, severity=more.severity))


@frozen
class Palette:
    """How the parts of a printed fault are coloured; the default colours nothing."""

    error: tuple[str, str] = field(default=("", ""))
    warning: tuple[str, str] = field(default=("", ""))
    quiet: tuple[str, str] = field(default=("", ""))


COLOURS = Palette(("\x1b[1;31m", "\x1b[0m"), ("\x1b[1;33m", "\x1b[0m"), ("\x1b[2m", "\x1b[0m"))


def render_fault(fault: Fault, texts: Mapping[str, str], palette: Palette | None = None) -> str:
    """A fault as text: severity, code and sentence,
    each place with its line and carets, and the help.
    """
    palette = palette or Palette()
    start, stop = palette.error if fault.severity == "error" else palette.warning
    lines = [f"{start}{fault.severity}[{fault.code}]{stop}: {printable(fault.message)}"]
    lines += _place(fault.span, "", texts, palette)
    for span, label in fault.others[:MAX_SHOWN]:
        lines += _place(span, label, texts, palette)
    if len(fault.others) > MAX_SHOWN:
        lines.append(f"  and {how_many(len(fault.others) - MAX_SHOWN, 'more place')}")
    if fault.help:
        lines.append(f"  {palette.quiet[0]}help:{palette.quiet[1]} {printable(fault.help)}")
    return "\n".join(lines)


def _place(span: Span, label: str, texts: Mapping[str, str], palette: Palette) -> list[str]:
    if span == NOWHERE:
        return [f"  {label}"] if label else []
    quiet, stop = palette.quiet
    lines = [f"  {quiet}-->{stop} {printable(str(span))}"]
    rows = texts.get(span.file, "").split("\n")
    if 1 <= span.line <= len(rows):
        row = rows[span.line - 1].replace("\t", " ").rstrip("\r")
        end = span.end_column if span.end_line == span.line else len(row) + 1
        first, width = span.column, max(1, end - span.column)
        if (
            first > 200 or len(row) > 400
        ):  # a line from a stranger may be very long: show the stretch around the fault
            cut = max(0, first - 60)
            dots = "…" if cut else ""
            row, first, width = (
                dots + row[cut : cut + 160],
                first - cut + len(dots),
                min(width, 100),
            )
        # an escaped character is wider than it was
        before, under = row[: first - 1], row[first - 1 : first - 1 + width]
        first, width = len(printable(before)) + 1, max(1, len(printable(under)))
        carets = "^" * width
        lines.append(f"{span.line:>5} {quiet}|{stop} {printable(row)}")
        lines.append(
            f"      {quiet}|{stop} "
            f"{' ' * (first - 1)}{carets}{' ' + printable(label) if label else ''}"
        )
    elif label:
        lines.append(f"        {printable(label)}")
    return lines
