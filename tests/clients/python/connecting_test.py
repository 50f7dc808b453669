"""What a client learns before its first call."""

import re

import pytest

from demo import DEMO, cases, connect, server

# The newest revision that the client and the transport both know.
NEWEST = {"Streamable HTTP": "2026-07-28", "HTTP+SSE": "2025-11-25"}


async def test_connecting_tells_who_serves_and_what_this_url_may_do(transport):
    async with connect(transport, server("write")) as client:
        assert client.protocol_version == NEWEST[transport]
        assert client.server_info.name == "egnyte-mcp"
        assert client.server_info.title == "Egnyte"
        assert re.fullmatch(r"\d+\.\d+\.\d+", client.server_info.version)
        assert client.server_capabilities.tools is not None
        assert "read and change groups" in client.instructions
        assert "read and change users" in client.instructions
    async with connect(transport, server("read")) as client:
        assert "read groups" in client.instructions
        assert "change" not in client.instructions.partition(".")[0]


@pytest.mark.parametrize("which", ["write", "read"])
async def test_a_url_lists_its_tools_once_and_in_one_page(transport, which):
    async with connect(transport, server(which)) as client:
        page = await client.list_tools()
    names = [tool.name for tool in page.tools]
    assert len(set(names)) == len(names) > 60
    assert [name for name in names if name in cases("tools")["write"]] == cases("tools")[which]
    assert page.next_cursor is None


async def test_every_tool_says_what_a_host_needs_to_know(transport):
    async with connect(transport, server("write")) as client:
        tools = (await client.list_tools()).tools
    async with connect(transport, server("read")) as client:
        reading = {tool.name for tool in (await client.list_tools()).tools}
    for tool in tools:
        hints = tool.annotations
        assert tool.title and len(tool.description) > 40, tool.name
        assert tool.input_schema["type"] == "object", tool.name
        assert tool.input_schema["additionalProperties"] is False, tool.name
        assert None not in (
            hints.read_only_hint,
            hints.destructive_hint,
            hints.idempotent_hint,
            hints.open_world_hint,
        ), tool.name
        assert hints.read_only_hint == (tool.name in reading), tool.name


async def test_the_same_url_serves_both_transports():
    url = DEMO["mcp"]["url"]
    for transport in ["Streamable HTTP", "HTTP+SSE"]:
        async with connect(transport, {"url": url, "sse_url": url}) as client:
            names = {tool.name for tool in (await client.list_tools()).tools}
            assert names.issuperset(cases("tools")["write"])
