"""`pricelang playground`: a page to write and try a book in."""

from __future__ import annotations

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import click

from pricelang.cli.failures import failures
from pricelang.present.terminal import say


class Handler(SimpleHTTPRequestHandler):
    """Serves the files of the folder, and says nothing of it."""

    extensions_map = {  # noqa: RUF012 (as the class above it has it)
        **SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
    }

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@click.command(epilog="Exit codes: 0 written, or served until an interrupt; 2 it cannot be made.")
@click.option(
    "--write",
    "target",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Write the page into a folder that any web server can serve, and end.",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8470, show_default=True, help="The local port."
)
def command(target: Path | None, port: int) -> None:
    """Write and try a book in the browser: faults as you type, and beside the rules a price with
    its explanation, the price table, how modifiers stack, the claims and what the book changes. A
    link carries the text. npm brings the libraries, once; then no network is needed.

    \b
    Examples:
      pricelang playground
      pricelang playground --write site
    """
    import tempfile

    from pricelang.editor.playground.folder import write_playground

    if target is not None:
        with failures():
            write_playground(target)
        say(f"wrote {target}: serve it by any web server, such as `python -m http.server`")
        return
    with tempfile.TemporaryDirectory(prefix="pricelang-") as name:
        with failures():
            write_playground(Path(name))
        with ThreadingHTTPServer(("127.0.0.1", port), partial(Handler, directory=name)) as server:
            say(f"the playground is at http://127.0.0.1:{server.server_port}/ (Ctrl-C ends it)")
            server.serve_forever()
