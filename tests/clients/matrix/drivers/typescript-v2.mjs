// The TypeScript SDK, version 2: a mode is a transport, `http` or `sse`, and how the revision is
// found: `legacy` (what it does unless told otherwise), `auto`, or a revision it is pinned to.

import { Client, SSEClientTransport, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { prove, textOf } from "./prove.mjs";

const TRANSPORTS = { http: StreamableHTTPClientTransport, sse: SSEClientTransport };

await prove(async (url, mode) => {
  const [transport, negotiation] = mode.split(" ");
  const options = {};
  if (negotiation === "auto") options.versionNegotiation = { mode: "auto" };
  else if (negotiation !== "legacy") options.versionNegotiation = { mode: { pin: negotiation } };
  const client = new Client({ name: "matrix", version: "1.0.0" }, options);
  await client.connect(new TRANSPORTS[transport](new URL(url)));
  return {
    list: async () => (await client.listTools()).tools.map((tool) => tool.name),
    call: async (name, args) => textOf(await client.callTool({ name, arguments: args })),
    close: () => client.close(),
  };
});
