// Runs each example as a reader would and looks at what it did to the stand-in Egnyte.
//
// `tests/run` starts the demo and hands over the line it printed in EGNYTE_MCP_DEMO.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, beforeEach, describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const DEMO = JSON.parse(process.env.EGNYTE_MCP_DEMO);
const folder = (name) => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));
// Milliseconds an example may take, most of it for loading its SDK on a busy machine.
const PATIENCE = 120_000;
// Seconds that a throttled Egnyte asks for: not what the examples assume when nobody says.
const RESET = 2;

// What each scenario must say, write and leave behind.
const CONTRACTOR = {
  says: /^Jane Smith \(id 99281\) left Privileged Repository Access and is inactive\.$/,
  writes: (groups) => [
    [
      `PATCH groups/${groups["Privileged Repository Access"].id}`,
      { members: [{ value: 99281, operation: "delete" }] },
    ],
    ["PATCH users/99281", { active: false }],
  ],
  leaves({ users, groups }) {
    assert.equal(users[99281].active, false);
    const members = groups["Privileged Repository Access"].members.map(({ value }) => value);
    assert.deepEqual(members, [1001, 109822, 41877], "she left, nobody else did");
  },
};
const EMPLOYEE = {
  says: /^jsmith \(id 88412\) is deactivated\. Groups: Marketing Team, .*Project Borealis\.$/,
  writes: () => [["PATCH users/88412", { active: false }]],
  leaves: ({ users }) => assert.equal(users[88412].active, false),
};
const EXECUTIVES = {
  says: /^1 of 14 members of Executive Financials are standard users: b\.wayne@company\.com \(id 3012\)\.$/,
  writes: () => [],
  leaves: ({ users }) => assert.equal(users[3012].userType, "standard"),
};
const AGENCY = {
  says: /^1 of 3 members of External Agency are administrators: \S+ \(id 60213\)\.$/,
  writes: () => [],
  leaves: ({ users }) => assert.equal(users[60213].userType, "admin"),
};

const EXAMPLES = [
  ["typescript/langchain-agent.ts", CONTRACTOR],
  ["typescript/langgraph.ts", EXECUTIVES],
  ["typescript/ai-sdk.ts", EMPLOYEE],
  ["typescript/ai-sdk-mcp.ts", AGENCY],
  ["python/openai_agents.py", CONTRACTOR],
  ["python/anthropic_loop.py", EXECUTIVES],
  ["python/langchain_mcp.py", EMPLOYEE],
];

async function sandbox(method, path, body) {
  const answer = await fetch(`${DEMO.sandbox_url}/_sandbox/${path}`, {
    method,
    headers: body && { "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  assert.ok(answer.ok, text);
  return text && JSON.parse(text);
}

async function directory() {
  const { users, groups } = await sandbox("GET", "state");
  return {
    users: Object.fromEntries(users.map((user) => [user.id, user])),
    groups: Object.fromEntries(groups.map((group) => [group.displayName, group])),
  };
}

// The requests that reached Egnyte: what was asked, and how it ended.
async function received() {
  const { requests } = await sandbox("GET", "requests");
  return requests.map(({ method, target, body, status }) => ({
    what: `${method} ${target.replace("/pubapi/v2/", "")}`,
    body: body && JSON.parse(body),
    status,
  }));
}

// Runs a program to its end: what it printed, and for how long it went on after it first complained.
async function ran(command, ...args) {
  const child = spawn(command, args, {
    env: {
      ...process.env,
      EGNYTE_MCP_URL: DEMO.base_url,
      EGNYTE_MCP_ACCOUNT_ID: DEMO.integrated_account_id,
      EGNYTE_MCP_API_TOKEN: DEMO.api_token,
      EGNYTE_MCP_SERVER_URL: DEMO.mcp.url,
      NO_PROXY: "127.0.0.1",
      PYTHONDONTWRITEBYTECODE: "1",
    },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: PATIENCE,
  });
  const said = { stdout: "", stderr: "" };
  let complained;
  child.stdout.on("data", (data) => (said.stdout += data));
  child.stderr.on("data", (data) => {
    complained ??= performance.now();
    said.stderr += data;
  });
  const [code] = await once(child, "close");
  assert.equal(code, 0, said.stderr + said.stdout);
  return { ...said, wentOn: performance.now() - complained };
}

const run = (example) =>
  example.endsWith(".ts")
    ? ran(process.execPath, folder(example))
    : ran(folder("python/.venv/bin/python"), folder(example));

// Switches a failure of everything about users on, for one request or until the next reset.
const fault = (action, times) =>
  sandbox("POST", "faults", { path_prefix: "/pubapi/v2/users", times, action });

const throttle = (retry_after) => {
  const which = { generation: "current", limit: "qps" };
  return { kind: "throttle", ...which, retry_after };
};

beforeEach(() => sandbox("POST", "reset"));
after(() => sandbox("POST", "reset"));

for (const [example, scenario] of EXAMPLES) {
  describe(example, () => {
    // What the scenario did, however it came there.
    async function played({ stdout }) {
      assert.match(stdout.trim(), scenario.says);
      const [state, requests] = [await directory(), await received()];
      const done = requests.filter(({ what, status }) => !what.startsWith("GET") && status < 300);
      assert.deepEqual(done.map(({ what, body }) => [what, body]), scenario.writes(state.groups));
      scenario.leaves(state);
      return requests;
    }

    it("does what it was asked", async () => {
      const outcome = await run(example);
      const requests = await played(outcome);
      assert.deepEqual(requests.filter(({ status }) => status >= 300), []);
      assert.equal(outcome.stderr, "");
    });

    it("waits as long as ratelimit-reset says, calls again, and gets there", async () => {
      await fault(throttle(RESET), 1);
      const outcome = await run(example);
      const requests = await played(outcome);
      const refused = requests.findIndex(({ status }) => status === 429);
      const again = requests.slice(refused + 1).filter(({ what }) => what === requests[refused].what);
      assert.ok(again.length >= 1 && again[0].status === 200, JSON.stringify(again));
      assert.match(outcome.stderr, new RegExp(`^Rate limit reached: waiting ${RESET} s`));
      assert.ok(outcome.wentOn >= RESET * 1000 * 0.95, `it waited only ${outcome.wentOn} ms`);
    });

    it("calls three times at most, then leaves it to the model", async () => {
      await fault(throttle(1));
      const { stdout } = await run(example);
      assert.match(stdout, /I gave up\. [^]*rate limit is reached[^]*Next: wait 1 second/);
      const refused = (await received()).filter(({ status }) => status === 429);
      const calls = new Set(refused.map(({ what }) => what));
      assert.equal(refused.length, 3 * calls.size);
    });

    it("shows the model what else Egnyte refuses", async () => {
      const message = "Not for you";
      await fault({ kind: "error", status: 403, shape: "errorMessage", message }, 1);
      const { stdout } = await run(example);
      assert.match(stdout, /I gave up\. [^]*Egnyte answered 403[^]*Not for you[^]*Next: /);
      assert.equal((await received()).filter(({ status }) => status === 403).length, 1);
    });
  });
}

it("the TypeScript fits the types of its SDKs", async () => {
  const compiler = folder("typescript/node_modules/typescript/bin/tsc");
  await ran(process.execPath, compiler, "-p", folder("typescript"));
});
