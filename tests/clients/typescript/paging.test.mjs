// Listings, to their end.

import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { TRANSPORTS, call, connected, received, sandbox, server } from "./demo.mjs";

beforeEach(() => sandbox("POST", "/_sandbox/reset"));

// Every page of a listing, the cursor sent back as it came and with nothing beside it.
async function pages(client, tool, args) {
  const listed = [];
  for (;;) {
    const result = await call(client, tool, args);
    assert.ok(!result.isError, result.content[0].text);
    const page = JSON.parse(result.content[0].text);
    listed.push(page);
    if (page.next_cursor === null) return listed;
    args = { next_cursor: page.next_cursor };
  }
}

for (const transport of TRANSPORTS) {
  describe(`over ${transport}`, () => {
    for (const [resource, limit] of [["users", 100], ["users"], ["groups"], ["groups", 7]]) {
      const how = limit ? `${limit} at a time` : "with the default limit";
      it(`following the cursor brings all ${resource} once, ${how}`, async () => {
        const { [resource]: everything } = await sandbox("GET", "/_sandbox/state");
        const listed = await connected(transport, server("read"), (client) =>
          pages(client, `list_all_egnyte_${resource}`, limit ? { limit } : {}),
        );
        const idsOf = (items) => items.map((item) => item.id).sort();
        const ids = idsOf(listed.flatMap((page) => page.result));
        assert.equal(new Set(ids).size, ids.length, "something came twice");
        assert.deepEqual(ids, idsOf(everything));
        for (const page of listed) assert.equal(page.total, everything.length);
        const { count } = await received();
        assert.equal(count, Math.ceil(everything.length / (limit ?? 50)), "one request a page");
      });
    }
  });
}
