"""The four steps of `prove.mjs`, for clients in Python.

A driver hands over an async context manager that connects and yields an object with `list`,
`call`, `close` and, where true, `only_listed` and `checks_arguments`.
"""

import asyncio
import json
import os
import sys

PATIENCE = 20.0


class Refused(Exception):
    """A result that is an error."""


def text_of(content, is_error):
    text = "\n".join(block.text for block in content)
    if is_error:
        raise Refused(text)
    return text


def prove(connect):
    url, mode = sys.argv[1:]
    print(json.dumps(asyncio.run(_steps(connect, url, mode))))


async def _steps(connect, url, mode):
    outcome = {}
    try:
        async with asyncio.timeout(PATIENCE), connect(url, mode) as client:
            outcome["connect"] = True
            for step in (_list, _call, _error):
                name = step.__name__.strip("_")
                try:
                    await step(client)
                    outcome[name] = True
                except Exception as error:
                    outcome[name] = f"{type(error).__name__}: {error}"[:500]
    except Exception as error:
        outcome.setdefault("connect", f"{type(error).__name__}: {error}"[:500])
    return outcome


async def _list(client):
    listed = await client.list()
    assert listed == json.loads(os.environ["MATRIX_TOOLS"]), f"it lists {listed}"


async def _call(client):
    email = "jane.smith@external.com"
    answer = json.loads(await client.call("list_all_egnyte_users", {"email": email}))
    assert [user["email"] for user in answer["result"]] == [email], f"it answers {answer}"


async def _error(client):
    get = "get_single_egnyte_user_by_id"
    await _refused(client.call(get, {"id": 2147483647}), Refused, "404")
    checked = getattr(client, "checks_arguments", False)
    await _refused(client.call(get, {"id": "nobody"}), Exception if checked else Refused, "id")
    if getattr(client, "only_listed", False):
        return
    unknown = client.call("no_such_tool", {})
    error = await _refused(unknown, Exception, "Unknown tool: no_such_tool")
    assert not isinstance(error, Refused), "an unknown tool is an error of the protocol"


async def _refused(call, kind, text):
    try:
        answer = await call
    except kind as error:
        assert text in str(error), f"{error!r} does not say `{text}`"
        return error
    raise AssertionError(f"no error, but {answer}")
