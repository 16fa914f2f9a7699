"""Books that multiply out to more than can be priced are refused with a place,
and those that only look so are not.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

import pricelang
from pricelang.check.book_files import Layer, TextFile
from pricelang.check.size_limits import MAX_DIGITS, digits_of
from pricelang.compile.book import Checked, check_layers

HEAD = """book b in USD
unit MTok is 1,000,000 tokens
models
  | model | released   |
  | m     | 2025-01-01 |
meter input in tokens
rates per MTok
  | model | from       | input |
  | m     | 2025-01-01 | $5    |
"""
LONG = "9" * 40
FINE = f"1.{'0' * 30}1"


def checked(text: str) -> Checked:
    return check_layers((Layer((TextFile("b.price", Path("b.price"), text),)),))


def too_large(text: str) -> list[str]:
    found = checked(text)
    assert (found.book is None) == any(fault.severity == "error" for fault in found.faults)
    assert {fault.code for fault in found.faults} <= {"too_large"}
    return [f"{fault.span.line}: {fault.message}" for fault in found.faults]


@pytest.mark.parametrize("number", [LONG, f"0.{'0' * 37}1"])
def test_units_made_of_units_do_not_grow_without_end(number: str) -> None:
    units = "".join(f"unit u{i} is {number} {f'u{i - 1}' if i else 'tokens'}\n" for i in range(120))
    assert (
        too_large(HEAD + units)[0]
        == "11: a unit of more than 40 digits is more than can be counted"
    )
    assert too_large(HEAD + units.split("\n")[0]) == []


def test_factors_that_all_meet_do_not_add_up_without_end() -> None:
    many = "".join(f"multiplier m{i:04}\n  x {FINE} on input\n" for i in range(1500))
    (message,) = too_large(HEAD + many)
    # 9 of 32 digits each are less than 300, with the 1 and the 6 of $5 per million in front;
    # the tenth is not
    assert message == "28: a price of `input` may need more than 300 digits once it meets `m0009`"
    few = "".join(f"multiplier m{i:04}\n  x {FINE} on input\n" for i in range(9))
    book = checked(HEAD + few).book
    assert book is not None
    assert (
        pricelang.Book(book).price(model="m", at="2025-02-01", usage={"input": 1}).exact_total
        == 5 * Fraction(FINE) ** 9 / 10**6
    )


def test_factors_that_never_meet_do_not_add_up() -> None:
    values = ", ".join(f"c{i}" for i in range(200))
    each = "".join(
        f"multiplier m{i}\n  when customer is c{i}\n  x 0.85 on input\n" for i in range(200)
    )
    apart = f"dimension customer default nobody\n  nobody, {values}\n{each}"
    assert 200 * digits_of(Fraction("0.85")) > MAX_DIGITS
    assert too_large(HEAD + apart) == []
    together = "".join(
        f"multiplier m{i}\n  when customer is c0\n  x 0.85 on input\n" for i in range(200)
    )
    assert (
        len(too_large(HEAD + f"dimension customer default nobody\n  nobody, {values}\n{together}"))
        == 1
    )


def test_surcharges_and_limits_count_too() -> None:
    finest = "0." + "0" * 36 + "1"
    lines = "".join(f"surcharge s{i}\n  ${finest} per {LONG} tokens on input\n" for i in range(5))
    stack = "stack " + ", ".join(f"s{i}" for i in range(5)) + "\n"
    assert len(too_large(HEAD + lines + stack)) == 1


def test_a_chain_of_derivations_has_an_end_and_prices_nothing_at_zero() -> None:
    def chain(count: int, factor: str) -> str:
        names = [f"m{i}" for i in range(count)]
        header = HEAD.replace("| input |", f"| input | {' | '.join(names)} |").replace(
            "| $5    |", "| $5    |" + " derived |" * count
        )
        lines = (
            f"meter {name} in tokens\nderive {name} is {factor} x {names[i - 1] if i else 'input'}\n"
            for i, name in enumerate(names)
        )
        return header + "".join(lines)

    assert len(too_large(chain(17, "2"))) == 1
    book = checked(chain(16, "2")).book
    assert book is not None
    assert pricelang.Book(book).price(
        model="m", at="2025-02-01", usage={"m15": 1}
    ).exact_total == Fraction(5 * 2**16, 10**6)
    assert len(too_large(chain(9, LONG))) == 1
