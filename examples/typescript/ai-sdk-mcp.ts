// The AI SDK's loop, auditing a group, with the tools of a minted MCP URL.

import { createMCPClient } from "@ai-sdk/mcp";
import { generateText, isStepCount } from "ai";
import { RateLimited, waitingForRateLimit } from "./egnyte.ts";
import { scriptedModel } from "./scripted-model/ai-sdk.ts";
import { auditExternalAgency } from "./scripted-model/scenarios.ts";

// Replace it with a model of yours: openai("gpt-5") from @ai-sdk/openai.
const model = scriptedModel(auditExternalAgency);

const client = await createMCPClient({
  transport: { type: "http", url: process.env.EGNYTE_MCP_SERVER_URL! },
});
const tools = await client.tools();

// The client hides HTTP's headers; what they say stands in the result's `_meta`, too. All other
// errors are results that the model reads.
for (const tool of Object.values(tools)) {
  const { execute } = tool;
  tool.execute = (args, options) =>
    waitingForRateLimit(async () => {
      const result: any = await execute(args, options);
      if (result._meta?.["egnyte-mcp/error"]?.kind === "rate_limited") {
        throw new RateLimited(result.content[0].text, result._meta["egnyte-mcp/ratelimit"]?.reset);
      }
      return result;
    });
}

try {
  const { text } = await generateText({
    model,
    tools,
    stopWhen: isStepCount(15),
    instructions: "You audit who may do what in Egnyte. You change nothing.",
    prompt: "Audit the group External Agency: does any of its members have administrator rights?",
  });
  console.log(text);
} finally {
  await client.close();
}
