// A client of HTTP+SSE whose stream broke off, as when a proxy or the service restarts.

import assert from "node:assert/strict";
import { it } from "node:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { PATIENCE, call, server } from "./demo.mjs";

// Answers GETs like `fetch`, and lets the test break the first stream off.
function breakable() {
  let breakOff;
  const broken = new Promise((resolve) => (breakOff = resolve));
  const soon = new TextEncoder().encode("retry: 10\n\n");
  let opened = 0;
  const open = async (url, init) => {
    const response = await fetch(url, init);
    if (init?.method === "POST" || opened++ > 0) return response;
    const reader = response.body.getReader();
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(soon),
      async pull(controller) {
        const chunk = await Promise.race([reader.read(), broken]);
        if (chunk?.value) return controller.enqueue(chunk.value);
        await reader.cancel();
        controller.close();
      },
    });
    return new Response(body, { status: response.status, headers: response.headers });
  };
  return { open, breakOff, streams: () => opened };
}

it("a client whose HTTP+SSE stream broke off connects again by itself and goes on", async () => {
  const connection = breakable();
  const carrier = new SSEClientTransport(new URL(server("read").sse_url), {
    fetch: connection.open,
  });
  const client = new Client({ name: "egnyte-mcp-proofs", version: "1.0.0" });
  await client.connect(carrier, { timeout: PATIENCE });
  try {
    connection.breakOff();
    const user = ["get_single_egnyte_user_by_id", { id: 88412 }];
    const until = performance.now() + PATIENCE;
    let result;
    while (!result && performance.now() < until) {
      // Between the two streams there is nowhere to post to.
      result = await call(client, ...user).catch(() => undefined);
    }
    assert.ok(connection.streams() > 1, "it never connected again");
    assert.equal(JSON.parse(result?.content[0].text ?? "{}").userName, "jsmith");
  } finally {
    await client.close();
  }
});
