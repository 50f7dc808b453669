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
        assert.match(client.getInstructions(), /read and change groups\b/);
        assert.match(client.getInstructions(), /read and change users\b/);
      });
      await connected(transport, server("read"), (client) => {
        assert.match(client.getInstructions(), /read groups\b/);
        assert.doesNotMatch(client.getInstructions().split(".")[0], /change/);
      });
    });

    for (const which of ["write", "read"]) {
      it(`the ${which} URL lists its tools once and in one page`, async () => {
        const page = await connected(transport, server(which), (client) => client.listTools());
        const names = page.tools.map((tool) => tool.name);
        assert.equal(new Set(names).size, names.length);
        assert.ok(names.length > 60);
        const known = names.filter((name) => cases("tools").write.includes(name));
        assert.deepEqual(known, cases("tools")[which]);
        assert.equal(page.nextCursor, undefined);
      });
    }

    it("every tool says what a host needs to know", async () => {
      const list = (client) => client.listTools();
      const { tools } = await connected(transport, server("write"), list);
      const reading = await connected(transport, server("read"), list);
      const reads = new Set(reading.tools.map((tool) => tool.name));
      for (const { name, title, description, inputSchema, annotations } of tools) {
        assert.ok(title && description.length > 40, name);
        assert.equal(inputSchema.type, "object", name);
        assert.equal(inputSchema.additionalProperties, false, name);
        for (const hint of ["readOnly", "destructive", "idempotent", "openWorld"]) {
          assert.equal(typeof annotations[`${hint}Hint`], "boolean", `${hint} of ${name}`);
        }
        assert.equal(annotations.readOnlyHint, reads.has(name), name);
      }
    });
  });
}

it("the same URL serves both transports", async () => {
  const { url } = DEMO.mcp;
  for (const transport of TRANSPORTS) {
    const list = (client) => client.listTools();
    const { tools } = await connected(transport, { url, sse_url: url }, list);
    const names = tools.map((tool) => tool.name);
    assert.ok(cases("tools").write.every((name) => names.includes(name)), transport);
  }
});
