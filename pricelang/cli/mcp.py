"""`pricelang mcp`: the tools of an assistant."""

from __future__ import annotations

import click

from pricelang.cli.failures import UnusableBook, failures
from pricelang.model.errors import needed
from pricelang.syntax.diagnostics import BookError
from pricelang.usage.request_flags import DEFAULT_BOOK


@click.command(epilog="Exit codes: 0 the assistant ended it; 2 no such book, or no extra `mcp`.")
@click.argument("path", default=DEFAULT_BOOK, metavar="[PATH|NAME]")
def command(path: str) -> None:
    """Serve an assistant with tools that price, explain, quote, check, audit and compare, and with
    the rules of a book, by the Model Context Protocol on standard input and output.

    \b
    Example, and the configuration of an assistant:
      pricelang mcp my-contract.price
      {"mcpServers": {"pricelang": {"command": "pricelang", "args": ["mcp"]}}}
    """
    with failures():
        needed("mcp", "mcp", "assistants are served by mcp")
    from pricelang.assistant.server import make_server, serve

    try:
        server = make_server(path)
    except BookError as error:
        raise UnusableBook(error, path) from None
    serve(server)
