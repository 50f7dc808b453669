// The fixture upstream: answers what the fixtures in `tool-docs/` request, as Egnyte would.
//
// It also plays the person who edits the documents: `POST …/change` adds a doc to the served
// folder, or takes it away, so that the list of tools really changes.

import { once } from "node:events";
import { existsSync, renameSync } from "node:fs";
import { createServer } from "node:http";

const SENTENCE = [200, "This is a simple text response for testing."];

// Starts it on a free port. `doc` is the file that comes and goes.
export async function start(doc) {
  const aside = `${doc}.aside`;
  const answers = {
    "GET /pubapi/v1/userinfo": () => [200, { id: 1, username: "conformance" }],
    "GET /pubapi/v1/conformance/simple-text": () => SENTENCE,
    "GET /pubapi/v1/conformance/logging": () => SENTENCE,
    "GET /pubapi/v1/conformance/streaming": () => SENTENCE,
    "GET /pubapi/v1/conformance/error": () => [
      409,
      { errorMessage: "This tool intentionally returns an error for testing" },
    ],
    "POST /pubapi/v1/conformance/change": () => {
      if (existsSync(doc)) renameSync(doc, aside);
      else renameSync(aside, doc);
      return [200, { changed: true }];
    },
  };
  const server = createServer((request, response) => {
    const answer = answers[`${request.method} ${request.url}`];
    const [status, body] = answer ? answer() : [404, { errorMessage: "There is no such fixture" }];
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, stop };
}
