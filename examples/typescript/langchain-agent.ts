// A LangChain agent that offboards a contractor, with tools fetched from the service.

import { ToolMessage, createAgent, createMiddleware, tool } from "langchain";
import { callTool, fetchTools, waitingForRateLimit } from "./egnyte.ts";
import { ScriptedModel } from "./scripted-model/langchain.ts";
import { offboardContractor } from "./scripted-model/scenarios.ts";

// Replace it with a model of yours: new ChatOpenAI({ model: "gpt-5" }) from @langchain/openai.
const model = new ScriptedModel(offboardContractor);

const schemas = await fetchTools({ tags: "users,groups" });
const tools = Object.entries(schemas).map(([name, schema]) =>
  tool((args) => callTool(name, args), { name, description: schema.description, schema }),
);

// Around every call: waits for Egnyte's rate limit, and tells the model about all other errors.
const careful = createMiddleware({
  name: "Careful",
  wrapToolCall: async (request, handler) => {
    try {
      return await waitingForRateLimit(async () => handler(request));
    } catch (error) {
      const { id = "", name } = request.toolCall;
      const content = error instanceof Error ? error.message : String(error);
      return new ToolMessage({ tool_call_id: id, name, content, status: "error" });
    }
  },
});

const agent = createAgent({
  model,
  tools,
  middleware: [careful],
  systemPrompt: "You administer Egnyte. Look an id up before you change anything under it.",
});

const { messages } = await agent.invoke({
  messages: `Our contractor Jane Smith (jane.smith@external.com) is done. Find her profile, check her
    groups, take her out of privileged ones and deactivate her account.`,
});
console.log(messages.at(-1)?.text);
