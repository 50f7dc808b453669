import pytest

from demo import TRANSPORTS, sandbox


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(params=TRANSPORTS)
def transport(request):
    return request.param


@pytest.fixture(autouse=True)
def fresh_sandbox():
    """Every test begins in the stand-in's first second, and leaves it so."""
    sandbox("POST", "/_sandbox/reset")
    yield
    sandbox("POST", "/_sandbox/reset")
