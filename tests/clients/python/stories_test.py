"""The scenarios people ask for, and every kind of call, as one list for both languages."""

import pytest

from demo import cases, connect, server
from story import play

STORIES = cases("scenarios") + cases("calls")


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story["title"])
async def test_story(transport, story):
    async with connect(transport, server(story["server"])) as client:
        problem = await play(client, story)
    if problem:
        pytest.fail(problem, pytrace=False)
