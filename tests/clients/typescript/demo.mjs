// The demo under test: its URLs, the stand-in Egnyte behind it, and its administration.
//
// `tests/run` starts the demo and hands over the line it printed in EGNYTE_MCP_DEMO.

import { readFileSync } from "node:fs";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

export const DEMO = JSON.parse(process.env.EGNYTE_MCP_DEMO);
export const TRANSPORTS = ["Streamable HTTP", "HTTP+SSE"];
// Milliseconds. Everything is on this machine; whatever takes longer hangs.
export const PATIENCE = 10_000;

export const cases = (name) =>
  JSON.parse(readFileSync(new URL(`../cases/${name}.json`, import.meta.url)));

// The minted URLs of the demo: `write` offers every tool, `read` those that only read.
export const server = (which) => (which === "write" ? DEMO.mcp : DEMO.mcp_read_only);

// Runs `work` with the official client connected over `transport`, and closes it after.
export async function connected(transport, minted, work) {
  const carrier =
    transport === "Streamable HTTP"
      ? new StreamableHTTPClientTransport(new URL(minted.url))
      : new SSEClientTransport(new URL(minted.sse_url));
  const client = new Client({ name: "egnyte-mcp-proofs", version: "1.0.0" });
  await client.connect(carrier, { timeout: PATIENCE });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

export const call = (client, name, args) =>
  client.callTool({ name, arguments: args }, undefined, { timeout: PATIENCE });

export const request = (method, url, { headers = {}, body } = {}) =>
  fetch(url, {
    method,
    headers: { ...headers, ...(body && { "content-type": "application/json" }) },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(PATIENCE),
  });

async function answered(response) {
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} from ${response.url}: ${text}`);
  return text ? JSON.parse(text) : null;
}

// Controls the stand-in Egnyte.
export const sandbox = async (method, path, body) =>
  answered(await request(method, DEMO.sandbox_url + path, { body }));

// How many requests reached Egnyte in all, and those after number `since`, as `GET /path`.
export async function received(since = 0) {
  const log = await sandbox("GET", `/_sandbox/requests?since=${since}`);
  return { count: log.received, sent: log.requests.map((one) => `${one.method} ${one.target}`) };
}

// A request to the administration of the connected account's MCP servers.
export async function administer(method, path, body) {
  const url = `${DEMO.base_url}/integrated-account/${DEMO.integrated_account_id}/mcp${path}`;
  const headers = { authorization: `Bearer ${DEMO.api_token}` };
  return answered(await request(method, url, { headers, body }));
}
