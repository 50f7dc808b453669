"""Listings, to their end."""

import json

import pytest

from demo import connect, received, sandbox, server


async def pages(client, tool, arguments):
    """Every page of a listing, the cursor sent back as it came and with nothing beside it."""
    while True:
        result = await client.call_tool(tool, arguments)
        assert not result.is_error, result.content
        page = json.loads(result.content[0].text)
        yield page
        if page["next_cursor"] is None:
            return
        arguments = {"next_cursor": page["next_cursor"]}


@pytest.mark.parametrize(
    ("resource", "limit"),
    [("users", 100), ("users", None), ("groups", None), ("groups", 7)],
)
async def test_following_the_cursor_brings_everything_once(transport, resource, limit):
    everything = sandbox("GET", "/_sandbox/state")[resource]
    first = {} if limit is None else {"limit": limit}
    async with connect(transport, server("read")) as client:
        listed = [page async for page in pages(client, f"list_all_egnyte_{resource}", first)]
    ids = [item["id"] for page in listed for item in page["result"]]
    assert len(set(ids)) == len(ids), "something came twice"
    assert sorted(ids) == sorted(item["id"] for item in everything)
    assert {page["total"] for page in listed} == {len(everything)}
    calls, _ = received()
    assert calls == -(-len(everything) // (limit or 50)), "one request a page"
