// What a client learns before its first call.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DEMO, TRANSPORTS, cases, connected, server } from "./demo.mjs";

for (const transport of TRANSPORTS) {
  describe(`over ${transport}`, () => {
    it("connecting tells who serves and what this URL may do", async () => {
      await connected(transport, server("write"), (client) => {
        const { name, title, version } = client.getServerVersion();
        assert.deepEqual([name, title], ["egnyte-mcp", "Egnyte"]);
        assert.match(version, /^\d+\.\d+\.\d+$/);
        assert.ok(client.getServerCapabilities().tools);
        assert.match(client.getInstructions(), /read and change groups, read and change users/);
      });
      await connected(transport, server("read"), (client) => {
        assert.match(client.getInstructions(), /read groups, read users/);
      });
    });

    for (const which of ["write", "read"]) {
      it(`the ${which} URL lists exactly its tools in one page`, async () => {
        const page = await connected(transport, server(which), (client) => client.listTools());
        assert.deepEqual(page.tools.map((tool) => tool.name), cases("tools")[which]);
        assert.equal(page.nextCursor, undefined);
      });
    }

    it("every tool says what a host needs to know", async () => {
      const { tools } = await connected(transport, server("write"), (client) => client.listTools());
      for (const { name, title, description, inputSchema, annotations } of tools) {
        assert.ok(title && description.length > 40, name);
        assert.equal(inputSchema.type, "object", name);
        assert.equal(inputSchema.additionalProperties, false, name);
        for (const hint of ["readOnly", "destructive", "idempotent", "openWorld"]) {
          assert.equal(typeof annotations[`${hint}Hint`], "boolean", `${hint} of ${name}`);
        }
        assert.equal(annotations.readOnlyHint, cases("tools").read.includes(name), name);
      }
    });
  });
}

it("the same URL serves both transports", async () => {
  const { url } = DEMO.mcp;
  for (const transport of TRANSPORTS) {
    const list = (client) => client.listTools();
    const { tools } = await connected(transport, { url, sse_url: url }, list);
    assert.equal(tools.length, cases("tools").write.length, transport);
  }
});
