"""A book as large as one likes: models with two rows of rates each,
under independent multipliers, as text.
"""

from __future__ import annotations


def synthetic_book(models: int, multipliers: int, *, factor: str = "1.1") -> str:
    """The text of a book with `models` models and `multipliers` multipliers,
    each under a dimension of its own.
    """
    lines = [
        'book synthetic "A synthetic book" in USD',
        "",
        "unit MTok is 1,000,000 tokens",
        "meter input, output in tokens",
        "",
    ]
    for index in range(multipliers):
        lines += [f"dimension d{index} default off", "  off, set", ""]
    lines += ["models", "  | model | released |"]
    lines += [f"  | m-{index} | 2026-01-{1 + index % 28:02} |" for index in range(models)]
    lines += ["", "rates per MTok", "  | model | from | input | output |"]
    for index in range(models):
        lines.append(
            f"  | m-{index} | 2026-01-{1 + index % 28:02} | ${1 + index % 97} | ${5 * (1 + index % 97)} |"
        )
        lines.append(
            f"  | m-{index} | 2026-06-{1 + index % 28:02} | ${2 + index % 97} | ${5 * (2 + index % 97)} |"
        )
    lines.append("")
    for index in range(multipliers):
        lines += [
            f"multiplier x{index}",
            f"  when d{index} is set",
            f"  x {factor if index == 0 else f'1.{index + 1:02}'} on tokens",
            "",
        ]
    names = ", ".join(f"x{index}" for index in range(multipliers))
    lines += [
        f"stack {names}",
        "",
        "claim output costs 5 input",
        f"claim {names} commute",
        "claim every price is above $0",
        "claim every model prices input, output",
        "claim more usage never costs less",
    ]
    lines += [
        f"claim x{index} is x {factor if index == 0 else f'1.{index + 1:02}'} on tokens"
        for index in range(multipliers)
    ]
    return "\n".join(lines) + "\n"
