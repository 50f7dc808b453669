"""A LangChain agent, offboarding an employee, with the tools of a minted MCP URL."""

import asyncio
import os

from egnyte import RateLimited, waiting_for_rate_limit
from langchain.agents import create_agent
from langchain_mcp_adapters.client import MultiServerMCPClient
from mcp.types import CallToolResult, TextContent
from scripted_model.langchain import ScriptedModel
from scripted_model.scenarios import offboard_employee

# Replace it with a model of yours: ChatOpenAI(model="gpt-5") from langchain-openai.
model = ScriptedModel(scenario=offboard_employee)

PROMPT = "Offboard jsmith@company.com: find the id, note the groups, then deactivate the user."


async def careful(request, handler):
    """Around every call: waits for Egnyte's rate limit.

    MCP hides HTTP's headers; what they say stands in the result's `_meta`, too. Errors are results
    that the model reads.
    """

    async def call():
        result = await handler(request)
        meta = result.meta or {}
        if meta.get("egnyte-mcp/error", {}).get("kind") == "rate_limited":
            reset = meta.get("egnyte-mcp/ratelimit", {}).get("reset")
            raise RateLimited(result.content[0].text, reset)
        return result

    try:
        return await waiting_for_rate_limit(call)
    except RateLimited as limit:
        return CallToolResult(isError=True, content=[TextContent(type="text", text=str(limit))])


async def main():
    server = {"transport": "streamable_http", "url": os.environ["EGNYTE_MCP_SERVER_URL"]}
    client = MultiServerMCPClient({"egnyte": server}, tool_interceptors=[careful])
    agent = create_agent(
        model,
        await client.get_tools(),
        system_prompt="You administer Egnyte. Look an id up before you change anything under it.",
    )
    answer = await agent.ainvoke({"messages": PROMPT})
    print(answer["messages"][-1].text)


asyncio.run(main())
