"""Plays the stories of `../cases`: calls, step by step, and what each must give.

A step calls a tool (`call`, `arguments`), or looks at what was kept (`among`). Its expectations:

gives      the answer has at least these members; arrays have exactly these items
counts     how many items stand at a path
refused    the result is an error, and `_meta["egnyte-mcp/error"]` has these members
limits     `_meta["egnyte-mcp/ratelimit"]` is exactly this
says       parts of the text (of a refusal or a protocol error)
sends      exactly the requests that reached Egnyte
keep       name -> path; `${name}` in later steps stands for what was there

`for_each` calls once for every item of something kept, as `${item...}`, and keeps all answers.
"""

import json
import re
from dataclasses import dataclass

import anyio
from mcp import MCPError

from demo import received, sandbox


def at(value, path):
    """What stands at a path such as `result.0.id`; the whole value at the empty path."""
    for key in path.split(".") if path else []:
        value = value[int(key) if isinstance(value, list) else key]
    return value


def fill(template, kept):
    """The template with every `${path}` replaced by what was kept there."""
    if isinstance(template, dict):
        return {key: fill(value, kept) for key, value in template.items()}
    if isinstance(template, list):
        return [fill(value, kept) for value in template]
    if not isinstance(template, str):
        return template
    if whole := re.fullmatch(r"\$\{([^}]+)\}", template):
        return at(kept, whole[1])
    return re.sub(r"\$\{([^}]+)\}", lambda found: str(at(kept, found[1])), template)


def differs(expected, given, path="answer"):
    """Where `given` lacks something of `expected`, in words; None when it has it all."""
    if isinstance(expected, dict) and isinstance(given, dict):
        missing = [key for key in expected if key not in given]
        if missing:
            return f"{path} has no {', '.join(missing)}"
        inner = (differs(expected[key], given[key], f"{path}.{key}") for key in expected)
    elif isinstance(expected, list) and isinstance(given, list):
        if len(expected) != len(given):
            return f"{path} has {len(given)} items, not {len(expected)}: {given}"
        inner = (differs(*pair, f"{path}.{n}") for n, pair in enumerate(zip(expected, given)))
    else:
        return None if expected == given else f"{path} is {given!r}, not {expected!r}"
    return next((found for found in inner if found), None)


def check(step, directory):
    """A look at what was kept: the items that match `where`."""
    found = [one for one in directory[step["among"]] if not differs(step["where"], one)]
    if "count" in step:
        assert len(found) == step["count"], f"{len(found)} of {step['among']}, not {step['count']}"
    if "are" in step:
        assert not (problem := differs(step["are"], found, step["among"])), problem


@dataclass
class Answer:
    """A call's end: a value, a refusal, or a protocol error with its code."""

    text: str
    value: object = None
    error: dict | None = None
    limits: dict | None = None
    code: int | None = None


async def call(client, name, arguments):
    try:
        result = await client.call_tool(name, arguments)
    except MCPError as error:
        return Answer(error.message, code=error.code)
    assert [block.type for block in result.content] == ["text"]
    text, meta = result.content[0].text, result.meta or {}
    limits = meta.get("egnyte-mcp/ratelimit")
    if not result.is_error:
        return Answer(text, json.loads(text), limits=limits)
    assert result.structured_content is None, "a refusal carries structured content"
    return Answer(text, error=meta["egnyte-mcp/error"], limits=limits)


def judge(step, answer, sent):
    """Holds one answer against the step's expectations."""
    expected_code, refused = step.get("protocol_error"), step.get("refused")
    assert answer.code == expected_code, f"protocol error {answer.code}: {answer.text}"
    assert (answer.error is None) == (refused is None), answer.text
    problem = differs(step.get("gives", {}), answer.value or {})
    problem = problem or differs(refused or {}, answer.error or {}, "error")
    problem = problem or differs(step.get("sends", sent), sent, "what reached Egnyte")
    assert not problem, problem
    if "limits" in step:
        assert answer.limits == step["limits"], f"limits are {answer.limits}"
    for part in step.get("says", []):
        assert part in answer.text, f"`{part}` is not in: {answer.text}"
    for path, count in step.get("counts", {}).items():
        assert len(at(answer.value, path)) == count, f"{len(at(answer.value, path))} at {path}"


async def play_step(client, step, kept):
    if "among" in step:
        return check(fill(step, kept), kept)
    if "sandbox" in step:
        sandbox(*step["sandbox"])
    await anyio.sleep(step.get("wait", 0))
    items = kept[step["for_each"]] if "for_each" in step else [None]
    values = []
    for item in items:
        filled = fill({key: step[key] for key in step if key != "keep"}, kept | {"item": item})
        before, _ = received()
        answer = await call(client, filled["call"], filled["arguments"])
        _, sent = received(before)
        judge(filled, answer, sent)
        values.append(answer.value)
    whole = values if "for_each" in step else values[0]
    kept.update({name: at(whole, path) for name, path in step.get("keep", {}).items()})


async def play(client, story):
    """What went wrong first, in words; None when the story ends as told."""
    kept = {}
    for number, step in enumerate(story["steps"], 1):
        try:
            await play_step(client, step, kept)
        except AssertionError as problem:
            what = step.get("call") or f"among {step['among']}"
            return f"step {number}, {what} ({step['why']}): {problem}"
    try:
        for look in story.get("afterwards", []):
            check(look, sandbox("GET", "/_sandbox/state"))
    except AssertionError as problem:
        return f"afterwards, in Egnyte: {problem}"
    return None
