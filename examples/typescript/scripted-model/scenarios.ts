// What the scripted models say: four scenarios, each a list of turns. A turn yields the calls of one
// answer and is resumed with their results; what is returned is the final text.

export type Call = { name: string; args: Record<string, unknown> };
export type Scenario = () => Generator<Call[], string, any[]>;
export type Turn = { calls: (Call & { id: string })[]; text: string };

const call = (name: string, args: Call["args"]): Call => ({ name, args });

export function* offboardContractor(): ReturnType<Scenario> {
  const [found] = yield [call("list_all_egnyte_users", { email: "jane.smith@external.com" })];
  const [jane] = found.result;
  const [profile, privileged] = yield [
    call("get_single_egnyte_user_by_id", { id: jane.id }),
    call("list_all_egnyte_groups", { displayNameContains: "privileged" }),
  ];
  const hers = new Set(profile.groups.map((group: any) => group.value));
  const leave = privileged.result.filter((group: any) => hers.has(group.id));
  const members = [{ value: jane.id, operation: "delete" }];
  yield leave.map(({ id }: any) => call("update_an_egnyte_group_by_id", { id, members }));
  yield [call("update_an_egnyte_user_by_id", { id: jane.id, active: false })];
  const [after] = yield [call("get_single_egnyte_user_by_id", { id: jane.id })];
  const left = leave.map((group: any) => group.displayName).join(", ");
  return `Jane Smith (id ${jane.id}) left ${left} and is ${after.active ? "still active" : "inactive"}.`;
}

export function* offboardEmployee(): ReturnType<Scenario> {
  const [found] = yield [call("list_all_egnyte_users", { email: "jsmith@company.com" })];
  const [{ id, userName }] = found.result;
  const [profile] = yield [call("get_single_egnyte_user_by_id", { id })];
  yield [call("update_an_egnyte_user_by_id", { id, active: false })];
  const groups = profile.groups.map((group: any) => group.displayName).join(", ");
  return `${userName} (id ${id}) is deactivated. Groups: ${groups}.`;
}

export const auditExecutiveFinancials: Scenario = () =>
  audit("Executive Financials", "are standard users", (user) => user.userType === "standard");

export const auditExternalAgency: Scenario = () =>
  audit("External Agency", "are administrators", (user) => user.userType === "admin");

function* audit(
  displayName: string,
  finding: string,
  flag: (user: any) => boolean,
): ReturnType<Scenario> {
  const [found] = yield [call("list_all_egnyte_groups", { displayName })];
  const [group] = yield [call("get_single_egnyte_group_by_id", { id: found.result[0].id })];
  // All at once, as models do.
  const users = yield group.members.map(({ value }: any) =>
    call("get_single_egnyte_user_by_id", { id: value }),
  );
  const flagged = users.filter(flag).map((user) => `${user.email} (id ${user.id})`);
  return `${flagged.length} of ${users.length} members of ${displayName} ${finding}: ${flagged.join(", ")}.`;
}

// What comes after the results so far, each the text a tool answered, under the id of its call: an
// object, or a problem in words. Models keep no state, so the scenario is played anew each time.
export function nextTurn(scenario: Scenario, results: Map<string, string>, offered: string[]): Turn {
  const play = scenario();
  let count = 0;
  let turn = play.next();
  while (!turn.done) {
    const calls = turn.value.map((call) => ({ ...call, id: `call_${count++}` }));
    if (!calls.every(({ id }) => results.has(id))) {
      const unknown = calls.find(({ name }) => !offered.includes(name));
      if (unknown) throw new Error(`the model was not given ${unknown.name}`);
      return { calls, text: "" };
    }
    const texts = calls.map(({ id }) => results.get(id)!);
    const problem = texts.find((text) => !text.startsWith("{"));
    if (problem) return { calls: [], text: `I gave up. ${problem}` };
    turn = play.next(texts.map((text) => JSON.parse(text)));
  }
  return { calls: [], text: turn.value };
}
