"""The command line's entry: the quick way where it knows the answer, else the commands."""

from __future__ import annotations

import sys


def main(prog_name: str | None = None) -> None:
    """Runs `pricelang` with the arguments of the process, and exits."""
    from pricelang.cli.interrupts import end_quietly

    end_quietly()
    from pricelang.cli.exit_codes import settle_streams

    settle_streams()
    from pricelang.quick.answer import quick_answer, say

    answer = quick_answer(sys.argv[1:])
    if answer is not None:
        sys.exit(say(answer))
    from pricelang.cli import main as commands

    commands(prog_name=prog_name)


if __name__ == "__main__":
    main(prog_name="pricelang")
