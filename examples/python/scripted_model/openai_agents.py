"""A model for the OpenAI Agents SDK that plays a scenario, so that the example needs no key and no
network. A real one takes its place in one line: `model="gpt-5"`."""

import json

from agents import Model, ModelResponse, Usage
from openai.types.responses import (
    ResponseFunctionToolCall,
    ResponseOutputMessage,
    ResponseOutputText,
)

from .scenarios import next_turn


class ScriptedModel(Model):
    def __init__(self, scenario):
        self.scenario = scenario

    async def get_response(self, system_instructions, input, model_settings, tools, *_, **__):
        items = [] if isinstance(input, str) else input
        results = {
            item["call_id"]: item["output"]
            for item in items
            if item.get("type") == "function_call_output"
        }
        schemas = {tool.name: tool.params_json_schema for tool in tools}
        calls, text = next_turn(self.scenario, results, schemas)
        output = [
            ResponseFunctionToolCall(
                type="function_call",
                call_id=id,
                name=name,
                arguments=json.dumps(strictly(arguments, schemas[name])),
            )
            for id, name, arguments in calls
        ]
        if not calls:
            content = ResponseOutputText(type="output_text", text=text, annotations=[])
            message = {"type": "message", "role": "assistant", "status": "completed"}
            output.append(ResponseOutputMessage(id="message", content=[content], **message))
        return ModelResponse(output=output, usage=Usage(), response_id=None)

    def stream_response(self, *_, **__):
        raise NotImplementedError


def strictly(arguments, schema):
    """A strict model gives every property, null where it has nothing to say."""
    return {name: arguments.get(name) for name in schema["required"]} | arguments
