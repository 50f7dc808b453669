"""What the scripted models say: scenarios, each a list of turns.

A turn yields the calls of one answer and is resumed with their results; what is returned is the final
text.
"""

import json


def offboard_contractor():
    [found] = yield [("list_all_egnyte_users", {"email": "jane.smith@external.com"})]
    jane = found["result"][0]["id"]
    profile, privileged = yield [
        ("get_single_egnyte_user_by_id", {"id": jane}),
        ("list_all_egnyte_groups", {"displayNameContains": "privileged"}),
    ]
    hers = {group["value"] for group in profile["groups"]}
    leave = [group for group in privileged["result"] if group["id"] in hers]
    members = [{"value": jane, "operation": "delete"}]
    yield [("update_an_egnyte_group_by_id", {"id": g["id"], "members": members}) for g in leave]
    yield [("update_an_egnyte_user_by_id", {"id": jane, "active": False})]
    [after] = yield [("get_single_egnyte_user_by_id", {"id": jane})]
    left = ", ".join(group["displayName"] for group in leave)
    state = "still active" if after["active"] else "inactive"
    return f"Jane Smith (id {jane}) left {left} and is {state}."


def offboard_employee():
    [found] = yield [("list_all_egnyte_users", {"email": "jsmith@company.com"})]
    user = found["result"][0]
    [profile] = yield [("get_single_egnyte_user_by_id", {"id": user["id"]})]
    yield [("update_an_egnyte_user_by_id", {"id": user["id"], "active": False})]
    groups = ", ".join(group["displayName"] for group in profile["groups"])
    return f"{user['userName']} (id {user['id']}) is deactivated. Groups: {groups}."


def audit_executive_financials():
    name = "Executive Financials"
    [found] = yield [("list_all_egnyte_groups", {"displayName": name})]
    group_id = found["result"][0]["id"]
    [group] = yield [("get_single_egnyte_group_by_id", {"id": group_id})]
    # All at once, as models do.
    ids = [member["value"] for member in group["members"]]
    users = yield [("get_single_egnyte_user_by_id", {"id": id}) for id in ids]
    flagged = [user for user in users if user["userType"] == "standard"]
    who = ", ".join(f"{user['email']} (id {user['id']})" for user in flagged)
    return f"{len(flagged)} of {len(users)} members of {name} are standard users: {who}."


def next_turn(scenario, results, offered):
    """What comes after the results so far, each the text a tool answered, under the id of its call:
    an object, or a problem in words.

    Answers the calls as `(id, name, arguments)`, or no calls and the final text. Models keep no
    state, so the scenario is played anew each time.
    """
    play = scenario()
    given = None
    count = 0
    while True:
        try:
            turn = play.send(given)
        except StopIteration as end:
            return [], end.value
        calls = [(f"call_{count + at}", *call) for at, call in enumerate(turn)]
        count += len(calls)
        if any(id not in results for id, _, _ in calls):
            unknown = {name for _, name, _ in calls} - set(offered)
            assert not unknown, f"the model was not given {unknown}"
            return calls, ""
        texts = [results[id] for id, _, _ in calls]
        problem = next((text for text in texts if not text.startswith("{")), None)
        if problem:
            return [], f"I gave up. {problem}"
        given = [json.loads(text) for text in texts]
