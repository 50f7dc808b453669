// A LangGraph graph that audits a group: one node asks the model, one runs the tools it asked for.

import { type AIMessage, HumanMessage, SystemMessage, ToolMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { END, MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import { callTool, fetchTools, waitingForRateLimit } from "./egnyte.ts";
import { ScriptedModel } from "./scripted-model/langchain.ts";
import { auditExecutiveFinancials } from "./scripted-model/scenarios.ts";

// An audit needs nothing that writes, so the model gets nothing that writes.
const schemas = await fetchTools({ tags: "users,groups", methods: "read" });
const tools = Object.entries(schemas).map(([name, schema]) =>
  tool((args) => callTool(name, args), { name, description: schema.description, schema }),
);

// Replace it with a model of yours: new ChatOpenAI({ model: "gpt-5" }) from @langchain/openai.
const model = new ScriptedModel(auditExecutiveFinancials).bindTools(tools);

type State = typeof MessagesAnnotation.State;

const askedFor = ({ messages }: State) => (messages.at(-1) as AIMessage).tool_calls ?? [];

async function askModel({ messages }: State) {
  const system = new SystemMessage("You audit who may do what in Egnyte. You change nothing.");
  return { messages: [await model.invoke([system, ...messages])] };
}

// Each call waits for Egnyte's rate limit by itself; all other errors go to the model as text.
async function runTools(state: State) {
  const run = async ({ id = "", name, args }: ReturnType<typeof askedFor>[number]) => {
    try {
      const chosen = tools.find((tool) => tool.name === name);
      if (!chosen) throw new Error(`There is no tool ${name}.`);
      const result = await waitingForRateLimit(() => chosen.invoke(args));
      return new ToolMessage({ tool_call_id: id, name, content: JSON.stringify(result) });
    } catch (error) {
      const content = error instanceof Error ? error.message : String(error);
      return new ToolMessage({ tool_call_id: id, name, content, status: "error" });
    }
  };
  return { messages: await Promise.all(askedFor(state).map(run)) };
}

const graph = new StateGraph(MessagesAnnotation)
  .addNode("model", askModel)
  .addNode("tools", runTools)
  .addEdge(START, "model")
  .addConditionalEdges("model", (state) => (askedFor(state).length > 0 ? "tools" : END))
  .addEdge("tools", "model")
  .compile();

const { messages } = await graph.invoke({
  messages: [
    new HumanMessage(
      "Audit the group Executive Financials: who among its members is only a standard user?",
    ),
  ],
});
console.log(messages.at(-1)?.text);
