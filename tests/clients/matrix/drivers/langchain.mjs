// LangChain's adapter for JavaScript: modes `http` and `sse`.

import { MultiServerMCPClient } from "@langchain/mcp-adapters";
import { Refused, prove } from "./prove.mjs";

await prove(async (url, transport) => {
  const client = new MultiServerMCPClient({
    mcpServers: { egnyte: { transport, url, automaticSSEFallback: false } },
  });
  await client.initializeConnections();
  const tools = () => client.getTools("egnyte");
  return {
    list: async () => (await tools()).map((tool) => tool.name),
    call: async (name, args) => {
      const tool = (await tools()).find((tool) => tool.name === name);
      try {
        const answer = await tool.invoke(args);
        // A text, or a block of text with what came along with it.
        return typeof answer === "string" ? answer : answer.text;
      } catch (error) {
        // It throws a ToolException for a result that is an error.
        throw error.name === "ToolException" ? new Refused(error.message) : error;
      }
    },
    close: () => client.close(),
    onlyListed: true,
    checksArguments: true,
  };
});
