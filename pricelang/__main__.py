"""The command line's entry."""

from __future__ import annotations


def main(prog_name: str | None = None) -> None:
    """Runs `pricelang` with the arguments of the process, and exits."""
    from pricelang.cli.interrupts import end_quietly

    end_quietly()
    from pricelang.cli.exit_codes import settle_streams

    settle_streams()
    import atexit
    import gc

    # A start makes some hundred thousand objects that stay, and no circles: to look through them
    # again and again takes a tenth of its time.
    gc.set_threshold(200_000, 20, 20)
    # Nor are circles looked for at the end, where all goes with the process: a seventh of its time.
    atexit.register(gc.freeze)
    from pricelang.cli.group import main as commands

    commands(prog_name=prog_name)


if __name__ == "__main__":
    main(prog_name="pricelang")
