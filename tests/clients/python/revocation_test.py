"""A revoked URL: its open streams end, and the next call is refused in words."""

from contextlib import ExitStack
from time import monotonic

import pytest
from mcp import MCPError

from demo import HTTP, administer, connect, received

GET_USER = ("get_single_egnyte_user_by_id", {"id": 88412})


def open_stream(stack, transport, minted):
    """The lines of an open stream, read up to the first one."""
    if transport == "Streamable HTTP":
        url, version = minted["url"], {"mcp-protocol-version": "2025-11-25"}
    else:
        url, version = minted["sse_url"], {}
    headers = {"accept": "text/event-stream"} | version
    lines = stack.enter_context(HTTP.stream("GET", url, headers=headers)).iter_lines()
    assert next(lines) in (":", "event: endpoint")
    return lines


async def test_revoking_ends_the_streams_and_refuses_the_next_call(transport):
    minted = administer("POST", "", {"name": "To be revoked", "config": {"methods": ["read"]}})
    with ExitStack() as stack:
        lines = open_stream(stack, transport, minted)
        async with connect(transport, minted) as client:
            assert not (await client.call_tool(*GET_USER)).is_error
            calls, _ = received()

            administer("DELETE", f"/{minted['id']}")
            revoked = monotonic()
            assert not [line for line in lines if line.startswith("data: {")]
            assert monotonic() - revoked < 2, "the stream outlived the URL"

            with pytest.raises(MCPError) as refusal:
                await client.call_tool(*GET_USER)
    if transport == "Streamable HTTP":
        assert "revoked" in refusal.value.message
    assert received()[0] == calls, "nothing more reached Egnyte"


def test_a_revoked_url_says_so_and_never_asks_to_sign_in(transport):
    minted = administer("POST", "", {"name": "To be revoked"})
    administer("DELETE", f"/{minted['id']}")
    if transport == "Streamable HTTP":
        ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
        answer = HTTP.post(minted["url"], json=ping)
    else:
        answer = HTTP.get(minted["sse_url"], headers={"accept": "text/event-stream"})
    assert answer.status_code == 403, "401 would start OAuth in clients"
    assert answer.json()["error"]["data"]["reason"] == "revoked"
    assert "revoked" in answer.json()["error"]["message"]
