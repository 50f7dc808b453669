"""The demo under test: its URLs, the stand-in Egnyte behind it, and its administration.

`tests/run` starts the demo and hands over the line it printed in EGNYTE_MCP_DEMO.
"""

import json
import os
from pathlib import Path

import httpx2
from mcp import Client
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client

DEMO = json.loads(os.environ["EGNYTE_MCP_DEMO"])
CASES = Path(__file__).parent.parent / "cases"
TRANSPORTS = ["Streamable HTTP", "HTTP+SSE"]
# Seconds. Everything is on this machine; whatever takes longer hangs.
PATIENCE = 10.0
# Plain HTTP, without the SDK.
HTTP = httpx2.Client(timeout=PATIENCE, trust_env=False)


def cases(name):
    return json.loads((CASES / f"{name}.json").read_text())


def server(which):
    """The minted URLs of the demo: `write` offers every tool, `read` those that only read."""
    return DEMO["mcp" if which == "write" else "mcp_read_only"]


def connect(transport, minted):
    """The official client, in the mode it has when nobody chooses one."""
    if transport == "Streamable HTTP":
        carrier = streamable_http_client(minted["url"])
    else:
        carrier = sse_client(minted["sse_url"])
    return Client(carrier, read_timeout_seconds=PATIENCE)


def sandbox(method, path, body=None):
    """Controls the stand-in Egnyte."""
    answer = HTTP.request(method, DEMO["sandbox_url"] + path, json=body)
    answer.raise_for_status()
    return answer.json() if answer.content else None


def received(since=0):
    """How many requests reached Egnyte in all, and those after number `since`, as `GET /path`."""
    log = sandbox("GET", f"/_sandbox/requests?since={since}")
    return log["received"], [f"{one['method']} {one['target']}" for one in log["requests"]]


def administer(method, path, body=None):
    """A request to the administration of the connected account's MCP servers."""
    url = f"{DEMO['base_url']}/integrated-account/{DEMO['integrated_account_id']}/mcp{path}"
    authorization = {"authorization": f"Bearer {DEMO['api_token']}"}
    answer = HTTP.request(method, url, json=body, headers=authorization)
    answer.raise_for_status()
    return answer.json() if answer.content else None
