"""Users and groups."""

import pytest
from egnyte import exc

NEW = {
    "userName": "witness",
    "externalId": "witness-1",
    "email": "witness@example.com",
    "familyName": "Doe",
    "givenName": "John",
    "sendInvite": False,
}


def test_the_token_s_user_is_told(egnyte):
    assert egnyte.user_info["username"] == "isolberg"


def test_users_come_in_pages_with_their_count(egnyte):
    first = egnyte.users.list(count=10)
    second = egnyte.users.list(startIndex=11, count=10)
    assert (len(first), first.offset, len(second), second.offset) == (10, 0, 10, 10)
    assert first.total_count == second.total_count > 20
    assert not {user.id for user in first} & {user.id for user in second}


def test_a_user_is_made_found_changed_and_deleted(egnyte):
    made = egnyte.users.create(**NEW)
    assert (made.userName, made.userType, made.active) == ("witness", "power", True)
    assert made.name["familyName"] == "Doe"
    for found in [
        egnyte.users.by_username("witness"),
        egnyte.users.by_email("witness@example.com"),
        egnyte.users.list(externalId="witness-1")[0],
        egnyte.users.get(made.id),
    ]:
        assert found == made and found.email == "witness@example.com"

    made.update(email="other@example.com", active=False, userType="standard")
    there = egnyte.users.get(made.id)
    assert (there.email, there.active, there.userType) == ("other@example.com", False, "standard")
    assert egnyte.users.by_email("witness@example.com") is None
    assert egnyte.users.by_email("other@example.com") == made

    made.delete()
    assert egnyte.users.by_username("witness") is None
    with pytest.raises(exc.NotFound):
        made.check()


def test_a_name_that_is_taken_and_a_type_that_is_none_are_refused(egnyte):
    egnyte.users.create(**NEW)
    with pytest.raises(exc.EgnyteError):
        egnyte.users.create(**NEW)
    with pytest.raises(exc.RequestError):
        egnyte.users.create(**NEW | {"userName": "other", "userType": "emperor"})


def test_groups_come_in_pages_and_are_found_by_parts_of_their_name(egnyte):
    first = egnyte.groups.list(count=5)
    assert len(first) == 5 < first.total_count
    assert egnyte.groups.list(startIndex=6, count=5).offset == 5
    assert egnyte.groups.by_displayName("Finance Leads").displayName == "Finance Leads"
    starting = [group.displayName for group in egnyte.groups.list(displayName="*Finance")]
    assert "Finance Leads" in starting and all(name.startswith("Finance") for name in starting)
    containing = [group.displayName for group in egnyte.groups.list(displayName="*Leads*")]
    assert "Finance Leads" in containing


def test_a_group_is_made_renamed_with_its_members_replaced_and_deleted(egnyte):
    one = egnyte.users.by_username("anwosu")
    group = egnyte.groups.create("Witnesses", [one, 2163])
    assert {member["username"] for member in group.members} == {"anwosu", "ogallagher"}
    assert egnyte.groups.by_displayName("Witnesses") == group

    group.full_update("Bystanders", [one])
    assert egnyte.groups.by_displayName("Witnesses") is None
    assert egnyte.groups.get(group.id).displayName == "Bystanders"

    group.delete()
    with pytest.raises(exc.NotFound):
        egnyte.groups.get(group.id).check()
