import pytest

from domain import connect, control


@pytest.fixture(autouse=True)
def fresh_sandbox():
    """Every test begins in the stand-in's first second, and leaves it so."""
    control("POST", "/_sandbox/reset")
    yield
    control("POST", "/_sandbox/reset")


@pytest.fixture
def egnyte():
    client = connect()
    yield client
    client.close()


@pytest.fixture
def folder(egnyte):
    """An empty folder to work in, with a name that needs encoding."""
    return egnyte.folder("/Shared/Witness & co. ☃").create()
