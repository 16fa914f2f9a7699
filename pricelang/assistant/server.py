"""A server of the Model Context Protocol over one book: its tools, and its rules as resources."""

from __future__ import annotations

import json
from typing import Any

import anyio
from mcp import MCPError
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListResourcesResult,
    ListToolsResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    TextContent,
    TextResourceContents,
    ToolAnnotations,
)
from mcp_types import Tool as ListedTool

from pricelang import __version__
from pricelang.api import Book, load
from pricelang.assistant.arguments import check_arguments
from pricelang.assistant.catalogue import BookTool, tools_of
from pricelang.check.book_files import TextFile
from pricelang.check.files import read_layers
from pricelang.model.errors import BELT, PriceError
from pricelang.present.arguments import as_arguments
from pricelang.syntax.diagnostics import BookError
from pricelang.usage.records import UsageError

Context = ServerRequestContext[Any]
Paged = PaginatedRequestParams | None
INSTRUCTIONS = """Prices of language models, exact to the cent. Ask `price` for what a request
costs and `explain` for why; an `error` says what cannot be priced, with a help. Never guess a
model id or a rate: ask `models`."""
# No tool changes anything, and none reaches beyond this process.
_HARMLESS = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)


def make_server(source: str) -> Server[Any]:
    """The server of a book. Raises `BookError`."""
    book: Book = load(source)
    tools = {tool.name: tool for tool in tools_of(book)}
    files = {
        f"pricelang://rules/{file.name}": file
        for layer in read_layers(source)
        for file in layer.files
    }

    async def list_tools(context: Context, params: Paged) -> ListToolsResult:
        return ListToolsResult(tools=[_listed(tool) for tool in tools.values()])

    async def call_tool(context: Context, params: CallToolRequestParams) -> CallToolResult:
        tool = tools.get(params.name)
        if tool is None:
            raise MCPError(INVALID_PARAMS, f"unknown tool `{params.name}`")
        return await anyio.to_thread.run_sync(_answer, tool, params.arguments or {})

    async def list_resources(context: Context, params: Paged) -> ListResourcesResult:
        return ListResourcesResult(resources=[_resource(*each) for each in files.items()])

    async def read_resource(
        context: Context, params: ReadResourceRequestParams
    ) -> ReadResourceResult:
        file = files.get(str(params.uri))
        if file is None:
            raise MCPError(INVALID_PARAMS, "there is no such resource", {"uri": str(params.uri)})
        text = TextResourceContents(uri=params.uri, mime_type="text/plain", text=file.text)
        return ReadResourceResult(contents=[text])

    return Server(
        "pricelang",
        version=__version__,
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_read_resource=read_resource,
    )


def _resource(uri: str, file: TextFile) -> Resource:
    about = f"The rules in {file.name}, as they are written"
    return Resource(uri=uri, name=file.name, description=about, mime_type="text/plain")


def serve(server: Server[Any]) -> None:
    """Serves on standard input and output until the assistant ends it."""

    async def run() -> None:
        async with stdio_server() as (read, write):
            await server.run(read, write, server.create_initialization_options())

    with as_arguments():
        anyio.run(run)


def _listed(tool: BookTool) -> ListedTool:
    return ListedTool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.takes,
        output_schema=tool.answers,
        annotations=_HARMLESS,
    )


def _answer(tool: BookTool, arguments: dict[str, Any]) -> CallToolResult:
    """The answer of a tool, or the error that stands in its place."""
    try:
        check_arguments(tool, arguments)
        with BELT:
            try:
                return _result(tool.answer(**arguments))
            except (UsageError, BookError) as error:
                return _refused(error)
    except PriceError as error:
        return _refused(error)


def _refused(error: PriceError | UsageError | BookError) -> CallToolResult:
    return _result({"error": error.to_dict()}, is_error=True)


def _result(data: dict[str, Any], is_error: bool = False) -> CallToolResult:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return CallToolResult(
        content=[TextContent(type="text", text=text)],
        structured_content=data,
        is_error=is_error,
    )
