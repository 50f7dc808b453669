// Runs every way of using every client against the demo, prints the table and writes it to
// `docs/clients.md`. With `--check`, or CI=true, the page must already say what came out.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { CLIENTS } from "./clients.mjs";
import { watch } from "./wire.mjs";

const STEPS = ["connect", "list", "call", "error"];
const PAGE = new URL("../../../docs/clients.md", import.meta.url);
// Milliseconds a client may take in all, and how many run at once.
const PATIENCE = 90_000;
const AT_ONCE = 3;

const [binary, ...options] = process.argv.slice(2);
const checks = options.includes("--check") || process.env.CI === "true";

async function demo() {
  const args = ["demo", "--listen", "127.0.0.1:0", "--json"];
  const child = spawn(binary, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const stop = async () => {
    child.kill();
    await ended;
  };
  const line = once(createInterface(child.stdout), "line").then(([line]) => JSON.parse(line));
  const ready = await Promise.race([line, ended.then(() => null)]);
  if (!ready) throw new Error("the demo did not start");
  return { ...ready, stop };
}

// The names a client has to show, in their order, as the service lists them to anybody.
async function toolNames(url) {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" });
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body });
  return (await response.json()).result.tools.map((tool) => tool.name);
}

async function prove({ client, title, which, mode }, under, tools) {
  const wire = await watch(under.base_url);
  const [command, ...args] = client.command;
  const child = spawn(command, [...args, wire.at(under.mcp[which]), mode], {
    env: { ...process.env, MATRIX_TOOLS: JSON.stringify(tools), PYTHONDONTWRITEBYTECODE: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const late = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
  const output = [[], []];
  child.stdout.on("data", (data) => output[0].push(data));
  child.stderr.on("data", (data) => output[1].push(data));
  // What cannot be started says so below, like what ends early.
  await once(child, "close").catch((error) => output[1].push(Buffer.from(error.message)));
  clearTimeout(late);
  wire.stop();
  const [said, complained] = output.map((chunks) => Buffer.concat(chunks).toString().trim());
  let outcome;
  try {
    outcome = JSON.parse(said.split("\n").at(-1));
  } catch {
    outcome = { connect: `it ended without a word. ${said} ${complained}`.slice(-2000) };
  }
  return { client, title, which, outcome, ...wire.seen };
}

// In the order they stand, several at once.
async function all(rows, work) {
  const results = [];
  const queue = [...rows.entries()];
  const worker = async () => {
    for (let next; (next = queue.shift()); ) results[next[0]] = await work(next[1]);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

const mark = (outcome, step) => (outcome[step] === true ? "✓" : "✗");

function table(results) {
  const rows = [
    ["client", "version", "how", "URL", "transport", "revision", ...STEPS],
    ...results.map(({ client, title, which, transport, revision, outcome }) => [
      client.name,
      client.version,
      title,
      `\`${which}\``,
      transport ?? "–",
      revision ?? "–",
      ...STEPS.map((step) => mark(outcome, step)),
    ]),
  ];
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(rows[0]), `|${"---|".repeat(rows[0].length)}`, ...rows.slice(1).map(line)].join("\n");
}

const page = (results) => `# Clients that were tried

\`tests/clients/matrix/run\` starts \`egnyte-mcp demo\`, uses it with every client below, and writes this
page. Do not edit it: change the run.

- **URL**: which of the two addresses of a minted MCP server the client was given.
- **transport**, **revision**: what went over the wire when the client called a tool.
- **connect**, **list**, **call**: the client connects, lists exactly the tools the URL offers, in
  their order, and finds one user by e-mail address.
- **error**: a user who does not exist and an argument of the wrong type are results that are errors,
  with the reason in words; an unknown tool is an error of the protocol. Clients that hand out only
  listed tools cannot ask for an unknown one, and some check arguments themselves.

${table(results)}

Inspector's command line tells the transport by how a URL ends and knows only \`/mcp\` and \`/sse\`: give
it \`--transport http\`, or the \`sse_url\`. The AI SDK's \`sse\` needs the \`sse_url\`, because it names a
revision from its first request on, as clients of Streamable HTTP do.
`;

const under = await demo();
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => under.stop().then(() => process.exit(1)));
}
let results;
try {
  const tools = await toolNames(under.mcp.url);
  const rows = CLIENTS.flatMap((client) =>
    client.rows.map(([title, which, mode]) => ({ client, title, which, mode })),
  );
  results = await all(rows, (row) => prove(row, under, tools));
} finally {
  await under.stop();
}

console.log(table(results));
let passed = 0;
let failed = 0;
for (const { client, title, which, outcome } of results) {
  for (const step of STEPS) {
    if (outcome[step] === true) passed += 1;
    else {
      failed += 1;
      console.log(`!!! FAILED: ${client.name}, ${title}, ${which}: ${step}: ${outcome[step] ?? "not tried"}`);
    }
  }
}
const text = page(results);
const written = existsSync(PAGE) ? readFileSync(PAGE, "utf8") : "";
if (!checks) writeFileSync(PAGE, text);
else if (text === written) passed += 1;
else {
  failed += 1;
  console.log("!!! FAILED: docs/clients.md says something else. Run tests/clients/matrix/run and commit it.");
}
console.log(`\n${passed} passed, ${failed} failed, 0 skipped`);
process.exitCode = failed ? 1 : 0;
