// The AI SDK's loop, offboarding an employee, with tools fetched from the service.

import { dynamicTool, generateText, isStepCount, jsonSchema } from "ai";
import { callTool, fetchTools, waitingForRateLimit } from "./egnyte.ts";
import { scriptedModel } from "./scripted-model/ai-sdk.ts";
import { offboardEmployee } from "./scripted-model/scenarios.ts";

// Replace it with a model of yours: openai("gpt-5") from @ai-sdk/openai.
const model = scriptedModel(offboardEmployee);

const schemas = await fetchTools({ tags: "users,groups" });
const tools = Object.fromEntries(
  Object.entries(schemas).map(([name, schema]) => [
    name,
    dynamicTool({
      description: schema.description,
      inputSchema: jsonSchema(schema),
      // What it throws in the end is shown to the model as the call's error.
      execute: (args) => waitingForRateLimit(() => callTool(name, args)),
    }),
  ]),
);

const { text } = await generateText({
  model,
  tools,
  stopWhen: isStepCount(15),
  instructions: "You administer Egnyte. Look an id up before you change anything under it.",
  prompt: "Offboard jsmith@company.com: find the id, note the groups, then deactivate the user.",
});
console.log(text);
