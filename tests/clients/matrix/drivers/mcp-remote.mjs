// mcp-remote, which makes a local server of a remote one: a client speaks to it over its standard
// input and output. The mode is its options.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { prove, textOf } from "./prove.mjs";

const PROXY = fileURLToPath(new URL("../node_modules/mcp-remote/dist/proxy.js", import.meta.url));

await prove(async (url, mode) => {
  const home = mkdtempSync(join(tmpdir(), "egnyte-mcp-matrix-"));
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [PROXY, url, "--allow-http", ...mode.split(" ")],
    env: { PATH: process.env.PATH, HOME: home, MCP_REMOTE_CONFIG_DIR: home },
    stderr: "ignore",
  });
  const close = async () => {
    await client.close();
    rmSync(home, { recursive: true, force: true });
  };
  const client = new Client({ name: "matrix", version: "1.0.0" });
  try {
    await client.connect(transport);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    list: async () => (await client.listTools()).tools.map((tool) => tool.name),
    call: async (name, args) => textOf(await client.callTool({ name, arguments: args })),
    close,
  };
});
