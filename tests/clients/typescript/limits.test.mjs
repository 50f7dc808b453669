// Egnyte's limits in the headers of Streamable HTTP. HTTP+SSE has no place for them.

import assert from "node:assert/strict";
import { afterEach, beforeEach, it } from "node:test";
import { request, sandbox, server } from "./demo.mjs";

beforeEach(() => sandbox("POST", "/_sandbox/reset"));
afterEach(() => sandbox("POST", "/_sandbox/reset"));

const CALL = {
  jsonrpc: "2.0",
  id: 1,
  method: "tools/call",
  params: { name: "get_single_egnyte_user_by_id", arguments: { id: 88412 } },
};

async function rateLimitHeaders() {
  const answer = await request("POST", server("read").url, { body: CALL });
  assert.equal(answer.status, 200, "MCP puts the refusal into the result");
  await answer.text();
  return ["limit", "remaining", "reset"].map((name) => answer.headers.get(`ratelimit-${name}`));
}

for (const generation of ["current", "legacy"]) {
  it(`the headers tell what is left and when it starts anew, ${generation} throttle`, async () => {
    await sandbox("PATCH", "/_sandbox/limits", { qps: 2, generation });
    assert.deepEqual(await rateLimitHeaders(), ["2", "1", "1"]);
    assert.deepEqual(await rateLimitHeaders(), ["2", "0", "1"]);
    assert.deepEqual(await rateLimitHeaders(), ["2", "0", "1"], "refused by Egnyte");
  });
}

it("an Egnyte that tells nothing is not spoken for", async () => {
  await sandbox("PATCH", "/_sandbox/limits", { announce: false });
  assert.deepEqual(await rateLimitHeaders(), [null, null, null]);
});
