// What a client really sends. Every row of the matrix goes through a small proxy of its own, which
// passes bytes on unchanged and notes by which transport and under which revision tools are called.

import { once } from "node:events";
import { createServer, request as forward } from "node:http";

// Starts a proxy before the service at `base`.
export async function watch(base) {
  const seen = { transport: undefined, revision: undefined };
  let initialized;
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const { method, url, headers } = request;
    const upstream = forward(new URL(url, base), { method, headers, agent: false });
    response.on("close", () => upstream.destroy());
    upstream.on("error", () => response.destroy());
    upstream.on("response", (answer) => {
      note(parse(body), headers, answer.statusCode);
      response.writeHead(answer.statusCode, answer.rawHeaders);
      response.flushHeaders();
      answer.on("data", (data) => {
        const negotiated = /"protocolVersion":"([^"]+)"/.exec(data);
        if (negotiated) initialized = negotiated[1];
      });
      answer.pipe(response);
    });
    upstream.end(body);
  });

  // A call that is answered on a stream of its own has been posted to that stream's endpoint.
  function note(message, headers, status) {
    if (message?.method !== "tools/call") return;
    const stated = message.params?._meta?.["io.modelcontextprotocol/protocolVersion"];
    seen.transport = status === 202 ? "HTTP+SSE" : "Streamable HTTP";
    seen.revision = stated ?? initialized ?? headers["mcp-protocol-version"];
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${server.address().port}`;
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  return { seen, stop, at: (url) => url.replace(base, origin) };
}

function parse(body) {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
