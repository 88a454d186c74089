"""Tools and calls in the words of the protocol, by the official SDK: what is asked comes in, what is told goes out, errors are told as such."""

from __future__ import annotations

import base64
from importlib.metadata import version
from typing import Any

from mcp import MCPError
from mcp.server.lowlevel import Server
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ImageContent,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    ToolAnnotations,
)
from mcp_types import Tool as Listed

from ..errors import GotocrError
from .asked import schema, understood
from .calls import Calls
from .told import LONGEST, Told, clean
from .tools import INSTRUCTIONS, Tool, tools


def build(calls: Calls) -> Server[Any]:
    """The server of the protocol, for any transport."""
    known = tools(calls.settings)
    listed = [_listed(tool, calls.settings.allow_urls) for tool in known.values()]

    async def list_tools(context: Any, params: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=listed)

    async def call_tool(context: Any, params: CallToolRequestParams) -> CallToolResult:
        tool = known.get(params.name)
        if tool is None:
            raise MCPError(INVALID_PARAMS, f"there is no tool {params.name[:200]!r} here; there are: {', '.join(known)}")
        try:
            given = understood(tool.asked, params.arguments or {})
            found = await calls.run(lambda call: tool(call, given), context.session.report_progress, _client(context))
        except GotocrError as error:
            return _failed(calls.places.spared(str(error)))
        except Exception as error:
            return _failed(f"something unexpected went wrong ({type(error).__name__}); the server's log says what")
        return _result(found)

    return Server(
        "gotocr",
        version=version("gotocr"),
        title="gotocr",
        description="OCR of pictures, scans and PDFs on this machine",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _listed(tool: Tool, allow_urls: bool) -> Listed:
    hints = ToolAnnotations(
        title=tool.title,
        read_only_hint=tool.read_only,
        destructive_hint=not tool.read_only,
        idempotent_hint=True,
        open_world_hint=tool.fetches and allow_urls,
    )
    return Listed(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=schema(tool.asked),
        output_schema=tool.told and schema(tool.told),
        annotations=hints,
    )


def _client(context: Any) -> str:
    """Whom a call counts for: over HTTP, whom the door let in."""
    scope = getattr(context.request, "scope", None) or {}
    return scope.get("state", {}).get("client", "")


def _result(found: Told) -> CallToolResult:
    content: list[Any] = [TextContent(text=text) for text in (clean(found.said), *found.texts)]
    content += [ImageContent(data=base64.b64encode(data).decode(), mime_type=kind) for data, kind in found.pictures]
    return CallToolResult(content=content, structured_content=found.structured)


def _failed(said: str) -> CallToolResult:
    line = " ".join(clean(said).split())
    return CallToolResult(content=[TextContent(text=line[: 3 * LONGEST])], is_error=True)
