"""LangChain's adapter for Python: modes `streamable_http` and `sse`."""

from contextlib import asynccontextmanager

from langchain_core.tools import ToolException
from langchain_mcp_adapters.client import MultiServerMCPClient
from langchain_mcp_adapters.tools import load_mcp_tools
from prove import Refused, prove


class Proved:
    only_listed = True

    def __init__(self, tools):
        self.tools = {tool.name: tool for tool in tools}

    async def list(self):
        return list(self.tools)

    async def call(self, name, arguments):
        tool = self.tools[name]
        # As a program sees it; an agent is shown the same text.
        tool.handle_tool_error = False
        try:
            answer = await tool.ainvoke(arguments)
        except ToolException as error:
            raise Refused(str(error)) from error
        return "\n".join(block["text"] for block in answer)


@asynccontextmanager
async def connect(url, transport):
    client = MultiServerMCPClient({"egnyte": {"transport": transport, "url": url}})
    async with client.session("egnyte") as session:
        yield Proved(await load_mcp_tools(session))


prove(connect)
