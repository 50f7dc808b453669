// Plays the stories of `../cases`. What a step may hold is told in `../python/story.py`.

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { McpError } from "@modelcontextprotocol/sdk/types.js";
import { call, received, sandbox } from "./demo.mjs";

// What stands at a path such as `result.0.id`; the whole value at the empty path.
const at = (value, path) =>
  path === "" ? value : path.split(".").reduce((inner, key) => inner[key], value);

// The template with every `${path}` replaced by what was kept there.
function fill(template, kept) {
  if (Array.isArray(template)) return template.map((value) => fill(value, kept));
  if (template !== null && typeof template === "object") {
    return Object.fromEntries(Object.entries(template).map(([k, v]) => [k, fill(v, kept)]));
  }
  if (typeof template !== "string") return template;
  const whole = template.match(/^\$\{([^}]+)\}$/);
  if (whole) return at(kept, whole[1]);
  return template.replace(/\$\{([^}]+)\}/g, (_, path) => at(kept, path));
}

const isObject = (value) => value !== null && typeof value === "object";

// Where `given` lacks something of `expected`, in words; undefined when it has it all.
function differs(expected, given, path = "answer") {
  const said = JSON.stringify;
  if (!isObject(expected) || !isObject(given) || Array.isArray(expected) !== Array.isArray(given)) {
    return expected === given ? undefined : `${path} is ${said(given)}, not ${said(expected)}`;
  }
  if (Array.isArray(expected) && expected.length !== given.length) {
    return `${path} has ${given.length} items, not ${expected.length}: ${said(given)}`;
  }
  const inner = Object.keys(expected).map((key) =>
    key in given ? differs(expected[key], given[key], `${path}.${key}`) : `${path} has no ${key}`,
  );
  return inner.find(Boolean);
}

function alike(expected, given, what) {
  const problem = differs(expected, given, what);
  assert.ok(!problem, problem);
}

// A look at what was kept: the items that match `where`.
function check(step, directory) {
  const found = directory[step.among].filter((one) => !differs(step.where, one));
  const { length } = found;
  if ("count" in step) assert.equal(length, step.count, `${length} of ${step.among}, not ${step.count}`);
  if ("are" in step) alike(step.are, found, step.among);
}

// A call's result, or the protocol error it ended in.
async function answerOf(client, name, args) {
  let result;
  try {
    result = await call(client, name, args);
  } catch (error) {
    if (!(error instanceof McpError)) throw error;
    return { code: error.code, text: error.message };
  }
  assert.deepEqual(result.content.map((block) => block.type), ["text"]);
  const [{ text }] = result.content;
  const limits = result._meta?.["egnyte-mcp/ratelimit"];
  if (!result.isError) return { text, limits, value: JSON.parse(text) };
  assert.ok(!("structuredContent" in result), "a refusal carries structured content");
  return { text, limits, error: result._meta["egnyte-mcp/error"] };
}

// Holds one answer against the step's expectations.
function judge(step, answer, sent) {
  assert.equal(answer.code, step.protocol_error, answer.text);
  assert.equal("error" in answer, "refused" in step, answer.text);
  if ("gives" in step) alike(step.gives, answer.value);
  if ("refused" in step) alike(step.refused, answer.error, "error");
  if ("limits" in step) assert.deepEqual(answer.limits, step.limits);
  if ("sends" in step) alike(step.sends, sent, "what reached Egnyte");
  for (const part of step.says ?? []) {
    assert.ok(answer.text.includes(part), `\`${part}\` is not in: ${answer.text}`);
  }
  for (const [path, count] of Object.entries(step.counts ?? {})) {
    assert.equal(at(answer.value, path).length, count, `items at ${path}`);
  }
}

async function playStep(client, step, kept) {
  if (step.among) return check(fill(step, kept), kept);
  if (step.sandbox) await sandbox(...step.sandbox);
  if (step.wait) await sleep(step.wait * 1000);
  const { keep = {}, ...template } = step;
  const values = [];
  for (const item of step.for_each ? kept[step.for_each] : [undefined]) {
    const filled = fill(template, { ...kept, item });
    const { count: before } = await received();
    const answer = await answerOf(client, filled.call, filled.arguments);
    const { sent } = await received(before);
    judge(filled, answer, sent);
    values.push(answer.value);
  }
  const whole = step.for_each ? values : values[0];
  for (const [name, path] of Object.entries(keep)) kept[name] = at(whole, path);
}

export async function play(client, story) {
  const kept = {};
  for (const [index, step] of story.steps.entries()) {
    try {
      await playStep(client, step, kept);
    } catch (problem) {
      const what = step.call ?? `among ${step.among}`;
      throw new Error(`step ${index + 1}, ${what} (${step.why}): ${problem.message}`);
    }
  }
  const directory = story.afterwards && (await sandbox("GET", "/_sandbox/state"));
  for (const look of story.afterwards ?? []) check(look, directory);
}
