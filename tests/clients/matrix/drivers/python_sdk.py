"""The Python SDK. A mode is a transport, `http` or `sse`, and the SDK's own mode of connecting."""

from contextlib import asynccontextmanager

from mcp import Client
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from prove import prove, text_of


class Proved:
    def __init__(self, client):
        self.client = client

    async def list(self):
        return [tool.name for tool in (await self.client.list_tools()).tools]

    async def call(self, name, arguments):
        result = await self.client.call_tool(name, arguments)
        return text_of(result.content, result.is_error)


@asynccontextmanager
async def connect(url, mode):
    transport, how = mode.split(" ")
    carrier = {"http": streamable_http_client, "sse": sse_client}[transport](url)
    async with Client(carrier, mode=how) as client:
        yield Proved(client)


prove(connect)
