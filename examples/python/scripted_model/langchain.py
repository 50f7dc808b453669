"""A model for LangChain that plays a scenario, so that the example needs no key and no network. A
real one takes its place in one line: `ChatOpenAI(model="gpt-5")`."""

from collections.abc import Callable

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from .scenarios import next_turn


class ScriptedModel(BaseChatModel):
    scenario: Callable
    offered: list[str] = []

    @property
    def _llm_type(self):
        return "scripted"

    def bind_tools(self, tools, **_):
        return ScriptedModel(scenario=self.scenario, offered=[tool.name for tool in tools])

    def _generate(self, messages, *_, **__):
        results = {
            message.tool_call_id: message.text
            for message in messages
            if isinstance(message, ToolMessage)
        }
        calls, text = next_turn(self.scenario, results, self.offered)
        tool_calls = [{"id": id, "name": name, "args": args} for id, name, args in calls]
        message = AIMessage(content=text, tool_calls=tool_calls)
        return ChatResult(generations=[ChatGeneration(message=message)])
