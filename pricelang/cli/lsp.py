"""`pricelang lsp`: the language server that editors talk to."""

from __future__ import annotations

import io
import sys

import click

from pricelang.cli.failures import failures
from pricelang.model.errors import needed


@click.command(epilog="Exit codes: 0 the editor ended it; 2 the extra `lsp` is not installed.")
@click.option(
    "--tcp",
    "port",
    type=int,
    metavar="PORT",
    help="Listen on a local port instead of standard input.",
)
def command(port: int | None) -> None:
    """Serve an editor with diagnostics, hover, completion, rename, formatting, quick fixes and the
    amounts of examples, by the Language Server Protocol on standard input and output.

    \b
    Example, and the configuration of Neovim:
      pricelang lsp
      vim.lsp.start({name = "pricelang", cmd = {"pricelang", "lsp"}})
    """
    with failures():
        needed("pygls", "lsp", "editors are served by pygls")
    from pricelang.editor.server import server

    if port is None:
        server.start_io()
        sys.stdout = io.StringIO()  # the server has closed it
    else:
        server.start_tcp("127.0.0.1", port)
