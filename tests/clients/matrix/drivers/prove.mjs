// The four steps every client takes: connect, list, call, and see errors as errors. A driver says
// how its client does each; `call` answers the text of a result, throws Refused for a result that
// is an error, and lets through whatever its client throws for a protocol error.
//
// A driver is started with a URL and a mode, and prints one line: each step, and true or what went
// wrong.

import assert from "node:assert/strict";

export const [URL_UNDER_TEST, MODE] = process.argv.slice(2);
// Milliseconds. Everything is on this machine; whatever takes longer hangs.
const PATIENCE = 20_000;

export class Refused extends Error {}

// The text of a result in the protocol's own shape.
export function textOf(result) {
  const text = result.content.map((block) => block.text ?? "").join("\n");
  if (result.isError) throw new Refused(text);
  return text;
}

export async function prove(connect) {
  const outcome = {};
  const step = async (name, work) => {
    try {
      outcome[name] = (await patiently(work())) ?? true;
    } catch (error) {
      outcome[name] = `${error?.name}: ${error?.message ?? error}`.slice(0, 500);
    }
  };
  let client;
  await step("connect", async () => {
    client = await connect(URL_UNDER_TEST, MODE);
  });
  if (client) {
    await step("list", () => lists(client));
    await step("call", () => calls(client));
    await step("error", () => errs(client));
    await patiently(client.close()).catch(() => {});
  }
  console.log(JSON.stringify(outcome));
  process.exit(0);
}

async function lists(client) {
  assert.deepEqual(await client.list(), JSON.parse(process.env.MATRIX_TOOLS));
}

async function calls(client) {
  const email = "jane.smith@external.com";
  const answer = JSON.parse(await client.call("list_all_egnyte_users", { email }));
  assert.equal(answer.result.length, 1);
  assert.equal(answer.result[0].email, email);
}

async function errs(client) {
  const get = "get_single_egnyte_user_by_id";
  await refused(client.call(get, { id: 2147483647 }), Refused, /404/);
  // Clients that know the schema may see for themselves that this cannot be.
  await refused(client.call(get, { id: "nobody" }), client.checksArguments ? Error : Refused, /id/);
  // Clients that only hand out what is listed cannot ask for anything else.
  if (client.onlyListed) return;
  const error = await refused(client.call("no_such_tool", {}), Error, /Unknown tool: no_such_tool/);
  assert.ok(!(error instanceof Refused), "an unknown tool is an error of the protocol");
}

async function refused(call, kind, text) {
  const error = await call.then(
    (answer) => assert.fail(`no error, but ${answer}`),
    (error) => error,
  );
  assert.ok(error instanceof kind, `${error?.stack}`);
  assert.match(error.message, text);
  return error;
}

function patiently(work) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took longer than ${PATIENCE} ms`)), PATIENCE);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
