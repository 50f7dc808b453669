"""Where the SDK of 2017 no longer runs, or disagrees with the stand-in, and who is right.

Each test holds a difference as it is: one that goes away fails here and can be struck off.
"""

import pytest
from egnyte import exc

from domain import control
from history_test import FROM, TO
from people_test import NEW

# --- the SDK is wrong ---


def test_errors_cannot_be_printed(egnyte):
    """`EgnyteError.__str__` iterates over itself, which ended with Python 2."""
    with pytest.raises(exc.NotFound) as refusal:
        egnyte.file("/Shared/nothing.txt").check()
    with pytest.raises(TypeError):
        str(refusal.value)
    assert refusal.value.args[-2] == {"http status": 404}


def test_a_user_s_permissions_are_asked_for_at_a_misspelt_address(egnyte):
    """`pubabi`. `Folder.get_effective_permissions` asks the same and works."""
    with pytest.raises(exc.NotFound):
        egnyte.users.by_username("anwosu").get_effective_permissions("/Shared")


def test_permissions_cannot_be_narrowed_to_groups(egnyte):
    """`get_permissions(groups=…)` joins `users` in their place."""
    with pytest.raises(TypeError):
        egnyte.folder("/Shared/Finance").get_permissions(groups=["Finance Leads"])


def test_events_are_not_narrowed_to_types(egnyte):
    """`filter(types=…)` keeps them as `type`, and `list` reads `types`."""
    events = egnyte.events.filter(egnyte.events.latest_event_id, types=["note"])
    egnyte.folder("/Shared/Noticed").create()
    assert [event.type for event in events.poll()] == ["file_system"]


def test_nothing_can_be_left_out_of_a_bulk_upload(egnyte, tmp_path):
    """`fnmatch.translated`; Python has `translate`."""
    with pytest.raises(AttributeError):
        egnyte.bulk_upload([str(tmp_path)], "/Shared/Upload", exclude=["*.log"])


def test_users_and_groups_cannot_be_in_a_set(egnyte):
    """`Resource.__hash__` takes the path, which only files, folders and links have."""
    with pytest.raises(AttributeError):
        hash(egnyte.users.by_username("anwosu"))


def test_a_report_found_by_its_id_cannot_be_read(egnyte):
    """It lacks the type, which its address needs. Whether it is ready can be asked."""
    report = egnyte.audits.get("f6000000-0000-4000-8000-000000000001")
    assert report.is_ready()
    with pytest.raises(AttributeError):
        report.json()


# --- Egnyte has moved on, and the stand-in with it ---


def test_a_user_s_name_cannot_be_changed(egnyte):
    """The SDK sends `name: {givenName}`; Egnyte's documents have `givenName` by itself."""
    user = egnyte.users.create(**NEW)
    with pytest.raises(exc.RequestError):
        user.update(givenName="Johanna")


def test_the_answer_to_a_change_of_a_user_has_its_switches_as_texts(egnyte):
    """As in Egnyte's sample. The SDK takes them over as they come."""
    user = egnyte.users.create(**NEW)
    user.update(active=False)
    assert user.active == "false"
    assert egnyte.users.get(user.id).active is False


def test_a_report_about_files_needs_folders_or_a_file(egnyte):
    """The SDK leaves both to the caller's choice."""
    with pytest.raises(exc.RequestError):
        egnyte.audits.files("json", FROM, TO)


def test_the_sdk_gives_up_at_a_limit_told_in_the_new_way(egnyte):
    """It knows Mashery's 403 and no 429."""
    control("PATCH", "/_sandbox/limits", {"qps": 1, "generation": "current"})
    with pytest.raises(exc.RequestError) as refusal:
        for _ in range(5):
            egnyte.user_info
    assert refusal.value.args[-2] == {"http status": 429}


# --- the stand-in does less ---


def test_of_the_settings_there_are_only_those_of_links(egnyte):
    """`users/settings`, `fs/settings` and `audit/settings` are in none of Egnyte's documents."""
    assert list(egnyte.settings) == ["links"]


def test_nobody_is_impersonated(egnyte):
    """The stand-in takes no notice of `X-Egnyte-Act-As`, which egnyte-mcp never sends."""
    egnyte.impersonate("anwosu")
    assert egnyte.user_info["username"] == "isolberg"
    egnyte.stop_impersonating()
