// Runs the suite's frozen requirement sets, each with the list of what does not apply, and one
// scenario that no set scores. Counts checks.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as service from "./service.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const SUITE = here("node_modules/@modelcontextprotocol/conformance/dist/index.js");
const RUNS = [
  requirements("2025-11-25"),
  requirements("2026-07-28"),
  {
    title: "2026-07-28, header validation (not scored)",
    options: ["--scenario", "http-header-validation", "--spec-version", "2026-07-28"],
  },
];

function requirements(revision) {
  const expected = here(`expected-${revision}.yaml`);
  const options = ["--requirements", revision, "--expected-failures", expected];
  return { title: `Requirements of ${revision}`, revision, options };
}

// Every scenario the set scores; the others are the suite's business.
function scored(revision) {
  const file = join(SUITE, "../../requirements", `${revision}.yaml`);
  const section = /^server:\n((?: {2}- .*\n)+)/m.exec(readFileSync(file, "utf8"))[1];
  return new Set([...section.matchAll(/- (\S+)/g)].map((match) => match[1]));
}

async function run({ title, revision, options }, { url, folder }, number) {
  console.log(`\n=== ${title} ===`);
  const results = join(folder, `results-${number}`);
  const args = [SUITE, "server", "--url", url, "-o", results, ...options];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => output.push(data));
  const [code] = await once(child, "close");
  const text = Buffer.concat(output).toString().replaceAll(url, "URL").replace(/\x1b\[[\d;]*m/g, "");
  const checks = read(results).filter(({ scenario }) => !revision || scored(revision).has(scenario));
  const passed = checks.filter(({ status }) => status === "SUCCESS").length;
  // The suite's own words: `~` expected, `✗` unexpected, `✓` expected to fail but passing.
  const verdict = text.slice(Math.max(text.lastIndexOf("Expected failures (in baseline)"), 0));
  const lines = (mark) => verdict.split("\n").filter((line) => line.startsWith(`  ${mark} `));
  const excused = revision ? lines("~").length : 0;
  let failed = revision ? lines("✗").length + lines("✓").length : tally(checks, "FAILURE");
  if (code !== 0 && failed === 0) failed = 1;
  if (failed) console.log(text.trim());
  else for (const line of lines("~")) console.log(line.replace("~", "does not apply:"));
  console.log(`${passed} checks passed, ${failed} failed, ${excused} do not apply`);
  return { passed, failed, excused };
}

const tally = (checks, status) => checks.filter((check) => check.status === status).length;

// What the scenarios found out; each has a folder `server-<scenario>-<time>`.
function read(results) {
  return readdirSync(results).flatMap((folder) => {
    const scenario = folder.replace(/^server-/, "").replace(/-\d{4}-\d\d-\d\dT.*$/, "");
    const checks = JSON.parse(readFileSync(join(results, folder, "checks.json")));
    return checks.map(({ status }) => ({ scenario, status }));
  });
}

const under = await service.start(process.argv[2]);
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => under.stop().then(() => process.exit(1)));
}
let passed = 0;
let failed = 0;
let skipped = 0;
try {
  for (const [number, one] of RUNS.entries()) {
    const result = await run(one, under, number);
    passed += result.passed;
    failed += result.failed;
    skipped += result.excused;
  }
} finally {
  await under.stop();
}
console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed ? 1 : 0;
