// A model for the AI SDK that plays a scenario, so that the examples need no key and no network. A
// real one takes its place in one line: `openai("gpt-5")`.

import { MockLanguageModelV4 } from "ai/test";
import { type Scenario, nextTurn } from "./scenarios.ts";

const NOTHING = { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0, text: 0, reasoning: 0 };

export const scriptedModel = (scenario: Scenario) =>
  new MockLanguageModelV4({
    doGenerate: async ({ prompt, tools = [] }) => {
      const results = new Map(
        prompt
          .flatMap((message) => (message.role === "tool" ? message.content : []))
          .filter((part) => part.type === "tool-result")
          .map((part) => [part.toolCallId, textOf(part.output)]),
      );
      const { calls, text } = nextTurn(scenario, results, tools.map((tool) => tool.name));
      const toolCalls = calls.map(({ id, name, args }) => ({
        type: "tool-call" as const,
        toolCallId: id,
        toolName: name,
        input: JSON.stringify(args),
      }));
      return {
        content: text ? [{ type: "text", text }] : toolCalls,
        finishReason: { unified: text ? "stop" : "tool-calls", raw: undefined },
        usage: { inputTokens: NOTHING, outputTokens: NOTHING },
        warnings: [],
      };
    },
  });

// A tool of MCP answers blocks of content, another one a value.
function textOf(output: any): string {
  if (output.type === "content") return output.value.map((block: any) => block.text).join("");
  return output.type === "json" ? JSON.stringify(output.value) : output.value;
}
