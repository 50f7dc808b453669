"""Egnyte's rate limits."""

from time import monotonic

from domain import control


def test_the_sdk_waits_when_told_in_the_old_way_and_gets_through(egnyte):
    control("PATCH", "/_sandbox/limits", {"qps": 2, "generation": "legacy"})
    begin = monotonic()
    assert [egnyte.user_info["username"] for _ in range(5)] == ["isolberg"] * 5
    assert monotonic() - begin > 1, "nothing was held up"
