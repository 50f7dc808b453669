// A model for LangChain and LangGraph that plays a scenario, so that the examples need no key and no
// network. A real one takes its place in one line: `new ChatOpenAI({ model: "gpt-5" })`.

import { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { AIMessage, type BaseMessage, ToolMessage } from "@langchain/core/messages";
import { type Scenario, nextTurn } from "./scenarios.ts";

export class ScriptedModel extends BaseChatModel {
  scenario: Scenario;
  offered: string[];

  constructor(scenario: Scenario, offered: string[] = []) {
    super({});
    this.scenario = scenario;
    this.offered = offered;
  }

  _llmType() {
    return "scripted";
  }

  override bindTools(tools: any[]) {
    return new ScriptedModel(this.scenario, tools.map((tool) => tool.name));
  }

  async _generate(messages: BaseMessage[]) {
    const results = new Map(
      messages
        .filter((message) => ToolMessage.isInstance(message))
        .map((message) => [message.tool_call_id, message.text]),
    );
    const { calls, text } = nextTurn(this.scenario, results, this.offered);
    const message = new AIMessage({ content: text, tool_calls: calls });
    return { generations: [{ text, message }] };
  }
}
