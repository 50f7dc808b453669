"""The stand-in Egnyte of the demo, as Egnyte's own Python SDK sees it.

`tests/run` starts the demo and hands over the line it printed in EGNYTE_MCP_DEMO.
"""

import json
import os

import requests
from egnyte.client import EgnyteClient

SANDBOX = json.loads(os.environ["EGNYTE_MCP_DEMO"])["sandbox_url"]
# What the stand-in takes from its first second on.
ACCESS_TOKEN = "sandbox-access-token"
# Seconds. Everything is on this machine; whatever takes longer hangs.
PATIENCE = 10


def control(method, path, body=None):
    """Controls the stand-in."""
    answer = requests.request(method, SANDBOX + path, json=body, timeout=PATIENCE)
    answer.raise_for_status()
    return answer.json() if answer.content else None


def connect():
    """The SDK with its one obstacle taken away: it knows no address but https://DOMAIN/."""
    config = {"domain": "sandbox", "access_token": ACCESS_TOKEN, "timeout": PATIENCE}
    client = EgnyteClient(config)
    client._url_prefix = SANDBOX + "/"
    client._session.trust_env = False
    return client
