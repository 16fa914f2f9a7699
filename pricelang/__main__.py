"""`python -m pricelang` is the command line."""

from __future__ import annotations

from pricelang.cli import main

if __name__ == "__main__":
    main(prog_name="pricelang")
