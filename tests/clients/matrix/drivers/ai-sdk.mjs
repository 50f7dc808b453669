// The MCP client of the AI SDK. A mode is a transport, `http` or `sse`, and, if it is not to look
// for the newest revision first, `legacy`.

import { createMCPClient } from "@ai-sdk/mcp";
import { prove, textOf } from "./prove.mjs";

await prove(async (url, mode) => {
  const [type, legacy] = mode.split(" ");
  const options = legacy ? { protocolVersionDiscovery: false } : {};
  const client = await createMCPClient({ transport: { type, url }, ...options });
  let tools;
  return {
    list: async () => Object.keys((tools = await client.tools())),
    call: async (name, args) =>
      textOf(await tools[name].execute(args, { toolCallId: "1", messages: [] })),
    close: () => client.close(),
    onlyListed: true,
  };
});
