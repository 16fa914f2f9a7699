"""A server of the Model Context Protocol over one book: its tools, and its rules as resources."""

from __future__ import annotations

from mcp.server.mcpserver import MCPServer

from pricelang import __version__
from pricelang.api import Book, load
from pricelang.assistant.tools import Tools
from pricelang.check.book_files import TextFile
from pricelang.check.files import read_layers

INSTRUCTIONS = """Prices of language models, exact to the cent. Ask `price` for what a request
costs and `explain` for why; an `error` says what cannot be priced, with a help. Never guess a
model id or a rate: ask `models`."""


def make_server(source: str) -> MCPServer:
    """The server of a book. Raises `BookError`."""
    book: Book = load(source)
    server = MCPServer("pricelang", version=__version__, instructions=INSTRUCTIONS)
    for tool in Tools(book).functions():
        server.tool()(tool)
    for layer in read_layers(source):
        for file in layer.files:
            _add_file(server, file)
    return server


def _add_file(server: MCPServer, file: TextFile) -> None:
    """The rules of a file as a resource."""

    @server.resource(
        f"pricelang://rules/{file.name}",
        name=file.name,
        description=f"The rules in {file.name}, as they are written",
        mime_type="text/plain",
    )
    def text() -> str:
        return file.text
