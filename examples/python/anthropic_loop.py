"""A loop of our own around Anthropic's SDK, auditing a group, with tools fetched from the service."""

import asyncio

from anthropic import AsyncAnthropic
from egnyte import Egnyte, ToolError, waiting_for_rate_limit
from scripted_model.anthropic_api import scripted_api
from scripted_model.scenarios import audit_executive_financials

# Replace it with the real one: AsyncAnthropic(), which reads ANTHROPIC_API_KEY.
client = AsyncAnthropic(api_key="none", http_client=scripted_api(audit_executive_financials))

TURNS = 15


async def main():
    egnyte = Egnyte()
    # An audit needs nothing that writes, so the model gets nothing that writes.
    tools = await egnyte.tools("anthropic", tags="users,groups", methods="read")

    async def run(use):
        result = {"type": "tool_result", "tool_use_id": use.id}
        try:
            text = await waiting_for_rate_limit(lambda: egnyte.call(use.name, use.input))
            return result | {"content": text}
        except ToolError as error:  # The model reads it and can do better.
            return result | {"content": str(error), "is_error": True}

    prompt = "Audit the group Executive Financials: who among its members is only a standard user?"
    messages = [{"role": "user", "content": prompt}]
    for _ in range(TURNS):
        answer = await client.messages.create(
            model="claude-sonnet-4-5",
            max_tokens=4096,
            system="You audit who may do what in Egnyte. You change nothing.",
            tools=tools,
            messages=messages,
        )
        uses = [block for block in answer.content if block.type == "tool_use"]
        if not uses:
            break
        messages.append({"role": "assistant", "content": answer.content})
        results = await asyncio.gather(*(run(use) for use in uses))
        messages.append({"role": "user", "content": results})
    print("".join(block.text for block in answer.content if block.type == "text"))


asyncio.run(main())
