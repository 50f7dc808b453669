"""The OpenAI Agents SDK, offboarding a contractor, with tools fetched from the service."""

import asyncio
import json

from agents import Agent, FunctionTool, RunConfig, Runner
from egnyte import Egnyte, ToolError, waiting_for_rate_limit
from scripted_model.openai_agents import ScriptedModel
from scripted_model.scenarios import offboard_contractor

PROMPT = """Our contractor Jane Smith (jane.smith@external.com) is done. Find her profile, check her
groups, take her out of privileged ones and deactivate her account."""


def as_tool(egnyte, definition):
    name = definition["name"]

    async def invoke(_, arguments):
        try:
            return await waiting_for_rate_limit(lambda: egnyte.call(name, json.loads(arguments)))
        except ToolError as error:
            return str(error)  # The model reads it and can do better.

    return FunctionTool(
        name=name,
        description=definition["description"],
        params_json_schema=definition["parameters"],
        on_invoke_tool=invoke,
        # A tool that cannot be strict says so.
        strict_json_schema=definition["strict"],
    )


async def main():
    egnyte = Egnyte()
    # Strict models give every argument, null where they have nothing to say. The nulls never reach
    # Egnyte.
    definitions = await egnyte.tools("openai-responses", strict="true", tags="users,groups")
    agent = Agent(
        name="Egnyte administrator",
        instructions="You administer Egnyte. Look an id up before you change anything under it.",
        tools=[as_tool(egnyte, definition) for definition in definitions],
        # Replace it with a model of yours: model="gpt-5".
        model=ScriptedModel(offboard_contractor),
    )
    # Tracing sends what the agent does to OpenAI; switch it on if you want that.
    result = await Runner.run(agent, PROMPT, run_config=RunConfig(tracing_disabled=True))
    print(result.final_output)


asyncio.run(main())
