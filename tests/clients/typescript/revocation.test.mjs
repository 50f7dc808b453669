// A revoked URL: its open streams end, and the next call is refused in words.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TRANSPORTS, administer, call, connected, received, request } from "./demo.mjs";

const GET_USER = ["get_single_egnyte_user_by_id", { id: 88412 }];

// An open stream, read up to its first bytes.
async function openStream(transport, minted) {
  const streamable = transport === "Streamable HTTP";
  const version = streamable ? { "mcp-protocol-version": "2025-11-25" } : {};
  const headers = { accept: "text/event-stream", ...version };
  const response = await request("GET", streamable ? minted.url : minted.sse_url, { headers });
  const reader = response.body.getReader();
  const { value } = await reader.read();
  assert.match(new TextDecoder().decode(value), streamable ? /^:/ : /^event: endpoint\n/);
  return reader;
}

async function toTheEnd(reader) {
  while (!(await reader.read()).done);
}

for (const transport of TRANSPORTS) {
  describe(`over ${transport}`, () => {
    it("revoking ends the streams and refuses the next call", async () => {
      const config = { methods: ["read"] };
      const minted = await administer("POST", "", { name: "To be revoked", config });
      const stream = await openStream(transport, minted);
      await connected(transport, minted, async (client) => {
        assert.ok(!(await call(client, ...GET_USER)).isError);
        const { count } = await received();

        await administer("DELETE", `/${minted.id}`);
        const revoked = performance.now();
        await toTheEnd(stream);
        assert.ok(performance.now() - revoked < 2000, "the stream outlived the URL");

        await assert.rejects(call(client, ...GET_USER), /revoked/);
        assert.equal((await received()).count, count, "nothing more reached Egnyte");
      });
    });

    it("a revoked URL says so and never asks to sign in", async () => {
      const minted = await administer("POST", "", { name: "To be revoked" });
      await administer("DELETE", `/${minted.id}`);
      const answer =
        transport === "Streamable HTTP"
          ? await request("POST", minted.url, { body: { jsonrpc: "2.0", id: 1, method: "ping" } })
          : await request("GET", minted.sse_url, { headers: { accept: "text/event-stream" } });
      assert.equal(answer.status, 403, "401 would start OAuth in clients");
      const { error } = await answer.json();
      assert.equal(error.data.reason, "revoked");
      assert.match(error.message, /revoked/);
    });
  });
}
