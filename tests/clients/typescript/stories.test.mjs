// The scenarios people ask for, and every kind of call, as one list for both languages.

import { beforeEach, describe, it } from "node:test";
import { TRANSPORTS, cases, connected, sandbox, server } from "./demo.mjs";
import { play } from "./story.mjs";

beforeEach(() => sandbox("POST", "/_sandbox/reset"));

for (const transport of TRANSPORTS) {
  describe(`over ${transport}`, () => {
    for (const story of [...cases("scenarios"), ...cases("calls")]) {
      it(story.title, () =>
        connected(transport, server(story.server), (client) => play(client, story)),
      );
    }
  });
}
