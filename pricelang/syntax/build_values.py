"""The values of a statement out of Lark's parse of it: exact, each with its place."""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from lark import Token, Tree

from pricelang.syntax import tree as t
from pricelang.syntax.date_habits import day_help
from pricelang.syntax.diagnostics import Fault, Span

MAX_DIGITS = 40
SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}


def reserved_word(text: str, span: Span, help: str | None = None) -> Fault:
    """The fault of a word of the language that is used as a name; `help` is what is meant by it,
    where that is no name.
    """
    message = f"`{text}` is a reserved word and cannot be used as a name"
    other = f"choose another name, such as `{text}_1`"
    return Fault("reserved_word", message, span, help or other)


class ValueBuilder:
    """Builds the values of one statement; with `fatal` faults the statement cannot be used."""

    def __init__(self, file: str, first_line: int, reserved: frozenset[str]) -> None:
        self.file, self.first_line, self.reserved = file, first_line, reserved
        self.faults: list[Fault] = []
        self.fatal = False

    # ---- places and tokens ----

    def span(self, node: Tree[Token] | Token) -> Span:
        meta: Any = node if isinstance(node, Token) else node.meta
        if getattr(meta, "line", None) is None:
            return Span(self.file, self.first_line, 1, self.first_line, 1)
        shift = self.first_line - 1
        return Span(
            self.file,
            meta.line + shift,
            meta.column,
            (meta.end_line or meta.line) + shift,
            meta.end_column,
        )

    def fault(
        self, code: str, message: str, span: Span, help: str | None = None, *, fatal: bool = True
    ) -> None:
        self.faults.append(Fault(code, message, span, help))
        self.fatal = self.fatal or fatal

    def trees(self, node: Tree[Token], *kinds: str) -> list[Tree[Token]]:
        return [
            child
            for child in node.children
            if isinstance(child, Tree) and (not kinds or child.data in kinds)
        ]

    def tree(self, node: Tree[Token], *kinds: str) -> Tree[Token] | None:
        found = self.trees(node, *kinds)
        return found[0] if found else None

    def tokens(self, node: Tree[Token], *kinds: str) -> list[Token]:
        return [
            child
            for child in node.children
            if isinstance(child, Token) and (not kinds or child.type in kinds)
        ]

    # ---- values ----

    def name(self, token: Token) -> t.Name:
        return self.name_of(token, {})

    def name_of(self, token: Token, meant: Mapping[str, str]) -> t.Name:
        """A name; `meant` is what reserved words mean in its place."""
        text, span = str(token), self.span(token)
        self.check_name(text, span, meant.get(text))
        return t.Name(text, span=span)

    def check_name(self, text: str, span: Span, help: str | None = None) -> None:
        if text in self.reserved:
            self.faults.append(reserved_word(text, span, help))
        self.check_length(text, span)

    def check_length(self, text: str, span: Span) -> None:
        if len(text) > 200:
            self.fault("too_large", "the name has more than 200 characters", span)

    def name_list(self, node: Tree[Token]) -> tuple[t.Name, ...]:
        return tuple(self.name(token) for token in self.tokens(node, "NAME"))

    def names(self, node: Tree[Token]) -> tuple[t.Name, ...]:
        found = self.tree(node, "names")
        return self.name_list(found) if found is not None else ()

    def text(self, token: Token) -> t.Text:
        return t.Text(re.sub(r"\\(.)", r"\1", str(token)[1:-1]), span=self.span(token))

    def optional_text(self, node: Tree[Token]) -> t.Text | None:
        found = self.tokens(node, "STRING")
        return self.text(found[0]) if found else None

    def digits(self, written: str, span: Span) -> Fraction:
        plain = written.replace(",", "").rstrip("%")
        if len(plain) > MAX_DIGITS:
            self.fault("too_large", f"the number has more than {MAX_DIGITS} digits", span)
            return Fraction(1)
        whole, _, part = plain.partition(".")
        value = Fraction(int(whole + part), 10 ** len(part))
        return value / 100 if written.endswith("%") else value

    def number(self, token: Token) -> t.Number:
        written, span = str(token), self.span(token)
        return t.Number(self.digits(written, span), written, span=span)

    def discount(self, token: Token) -> t.Number:
        """The part of a price that `25% off` takes away."""
        written, span = str(token).removesuffix("off").rstrip(), self.span(token)
        value = self.digits(written, span)
        if value > 1:
            message = f"`{written} off` takes off more than the whole price"
            self.fault("percent", message, span, "an increase is a factor such as `x 1.5`")
        return t.Number(value, written, span=span)

    def money(self, token: Token) -> t.Money:
        written, span = str(token), self.span(token)
        currency, digits = (
            (SYMBOLS[written[0]], written[1:])
            if written[0] in SYMBOLS
            else (written[:3], written[4:])
        )
        return t.Money(self.digits(digits, span), currency, written, span=span)

    def date(self, token: Token) -> t.Date:
        written, span = str(token), self.span(token)
        try:
            seconds = _seconds(written)
        except (ValueError, OverflowError):
            try:
                datetime.date.fromisoformat(written[:10])
                what = "a time of day"
            except ValueError:
                what = "a day of the calendar"
            self.fault("bad_date", f"`{written}` is not {what}", span, day_help(written))
            seconds = 0
        return t.Date(seconds, written, span=span)

    def clock(self, node: Tree[Token]) -> t.Clock:
        zone = self.tree(node, "clock_zone")
        days = self.tree(node, "clock_days")
        return t.Clock(
            tuple(self._window(child) for child in self.trees(node, "window")),
            self.names(days) if days is not None else (),
            self.name(self.tokens(zone)[0]) if zone is not None else None,
            span=self.span(node),
        )

    def _window(self, node: Tree[Token]) -> t.Window:
        start, end = self.tokens(node, "CLOCK")
        return t.Window(
            self._time(start, 23 * 60 + 59), self._time(end, 1440), span=self.span(node)
        )

    def _time(self, token: Token, last: int) -> t.TimeOfDay:
        hours, minutes = int(token[:2]), int(token[3:])
        if minutes > 59 or hours * 60 + minutes > last:
            message, help = f"`{token}` is not a time of day", "the last is `23:59`"
            if hours == 24 and not minutes:
                help = "a day begins at `00:00`"
            self.fault("bad_date", message, self.span(token), help)
        return t.TimeOfDay(hours * 60 + minutes, span=self.span(token))

    def per(self, node: Tree[Token]) -> t.Per:
        numbers = self.tokens(node, "NUMBER")
        number = self.number(numbers[0]) if numbers else None
        return t.Per(number, self.name(self.tokens(node, "NAME")[0]), span=self.span(node))

    def account(self, node: Tree[Token]) -> t.Account:
        holder, period = self.tokens(node, "NAME")
        return t.Account(self.name(holder), self.name(period), span=self.span(node))


@functools.lru_cache(maxsize=4096)
def _seconds(written: str) -> int:
    """The UTC seconds of a day or an instant: tables repeat few days in many rows."""
    plain = written.rstrip("Z").replace("T", " ")
    instant = datetime.datetime.fromisoformat(plain).replace(tzinfo=datetime.UTC)
    return int(instant.timestamp())
