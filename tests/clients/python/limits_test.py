"""Egnyte's limits in the headers of Streamable HTTP. HTTP+SSE has no place for them."""

import pytest

from demo import HTTP, sandbox, server

CALL = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "get_single_egnyte_user_by_id", "arguments": {"id": 88412}},
}


def rate_limit_headers():
    answer = HTTP.post(server("read")["url"], json=CALL)
    assert answer.status_code == 200, "MCP puts the refusal into the result"
    names = ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"]
    return [answer.headers.get(name) for name in names]


@pytest.mark.parametrize("generation", ["current", "legacy"])
def test_the_headers_tell_what_is_left_and_when_it_starts_anew(generation):
    sandbox("PATCH", "/_sandbox/limits", {"qps": 2, "generation": generation})
    assert rate_limit_headers() == ["2", "1", "1"]
    assert rate_limit_headers() == ["2", "0", "1"]
    assert rate_limit_headers() == ["2", "0", "1"], "refused by Egnyte"


def test_an_egnyte_that_tells_nothing_is_not_spoken_for():
    sandbox("PATCH", "/_sandbox/limits", {"announce": False})
    assert rate_limit_headers() == [None, None, None]
