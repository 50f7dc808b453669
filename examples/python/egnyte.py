"""Egnyte's tools over plain HTTP: fetches their definitions, calls them, waits for Egnyte's limits.

Knows no framework. Copy it as it is.
"""

import asyncio
import os
import sys

import httpx2

# Seconds for one call. The service answers earlier, also when Egnyte does not.
PATIENCE = 60
ATTEMPTS = 3
SECONDS_WHEN_NOBODY_SAYS = 5


class Egnyte:
    """A connected account. The token is an API token, or that of a minted MCP URL: then its filter
    holds here, too."""

    def __init__(self):
        url = os.environ.get("EGNYTE_MCP_URL", "http://127.0.0.1:8080")
        account = os.environ["EGNYTE_MCP_ACCOUNT_ID"]
        self.http = httpx2.AsyncClient(
            base_url=f"{url}/integrated-account/{account}",
            headers={"authorization": f"Bearer {os.environ['EGNYTE_MCP_API_TOKEN']}"},
            timeout=PATIENCE,
        )

    async def tools(self, format, **filter):
        """The tools that a filter leaves, as the SDK named by `format` takes them."""
        answer = await self.http.get("/tools", params={"format": format, **filter})
        body = answer.json()
        if answer.is_error:
            raise ToolError(body["detail"])
        return body["tools"]

    async def call(self, name, arguments):
        """Runs one tool and answers its result as JSON text.

        A refusal of Egnyte's rate limit raises RateLimited; what else fails raises a ToolError whose
        text a model can act on, so show it to the model.
        """
        answer = await self.http.post(f"/tools/{name}/call", json=arguments)
        if answer.status_code == 429:
            raise RateLimited(answer.json()["detail"], answer.headers.get("ratelimit-reset"))
        if answer.is_error:
            raise ToolError(answer.json()["detail"])
        return answer.text


class ToolError(Exception):
    pass


class RateLimited(ToolError):
    def __init__(self, message, reset):
        super().__init__(message)
        # Until Egnyte takes calls again.
        self.seconds = int(reset) if str(reset).isdigit() else SECONDS_WHEN_NOBODY_SAYS


async def waiting_for_rate_limit(call):
    """Awaits what `call` makes, again after a wait if Egnyte's rate limit refused it.

    The service passes Egnyte's limits on and never retries, so this does: it waits as long as
    `ratelimit-reset` says. A refused call did nothing, so repeating it is safe.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return await call()
        except RateLimited as limit:
            if attempt == ATTEMPTS:
                raise
            wait = f"waiting {limit.seconds} s before the next attempt"
            print(f"Rate limit reached: {wait}.", file=sys.stderr)
            await asyncio.sleep(limit.seconds)
