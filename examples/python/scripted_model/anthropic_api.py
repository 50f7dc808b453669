"""Stands in for Anthropic's Messages API and plays a scenario, so that the example needs no key and
no network."""

import json

import httpx2

from .scenarios import next_turn


def scripted_api(scenario):
    """An HTTP client that answers instead of the API."""

    def answer(request):
        assert request.url.path == "/v1/messages", request.url
        asked = json.loads(request.content)
        results = {}
        for message in asked["messages"]:
            blocks = [] if isinstance(message["content"], str) else message["content"]
            for block in blocks:
                if block["type"] == "tool_result":
                    results[block["tool_use_id"]] = block["content"]
        calls, text = next_turn(scenario, results, [tool["name"] for tool in asked["tools"]])
        content = [
            {"type": "tool_use", "id": id, "name": name, "input": arguments}
            for id, name, arguments in calls
        ]
        message = {
            "id": "msg_scripted",
            "type": "message",
            "role": "assistant",
            "model": asked["model"],
            "content": content or [{"type": "text", "text": text}],
            "stop_reason": "tool_use" if calls else "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": 0, "output_tokens": 0},
        }
        return httpx2.Response(200, json=message)

    return httpx2.AsyncClient(transport=httpx2.MockTransport(answer))
