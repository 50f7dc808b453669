// The TypeScript SDK, version 1: modes `http` and `sse`.

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { prove, textOf } from "./prove.mjs";

const TRANSPORTS = { http: StreamableHTTPClientTransport, sse: SSEClientTransport };

await prove(async (url, mode) => {
  const client = new Client({ name: "matrix", version: "1.0.0" });
  await client.connect(new TRANSPORTS[mode](new URL(url)));
  return {
    list: async () => (await client.listTools()).tools.map((tool) => tool.name),
    call: async (name, args) => textOf(await client.callTool({ name, arguments: args })),
    close: () => client.close(),
  };
});
