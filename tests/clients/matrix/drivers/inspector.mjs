// MCP Inspector's command line: one process for each request. The mode is its options.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Refused, prove, textOf } from "./prove.mjs";

const INSPECTOR = fileURLToPath(new URL("../node_modules/.bin/mcp-inspector", import.meta.url));

await prove(async (url, mode) => {
  const home = mkdtempSync(join(tmpdir(), "egnyte-mcp-matrix-"));
  const inspect = async (...options) => {
    const args = ["--cli", url, "--format", "json", ...mode.split(" ").filter(Boolean), ...options];
    const child = spawn(process.execPath, [INSPECTOR, ...args], {
      env: { PATH: process.env.PATH, HOME: home },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [output, complaint] = await Promise.all([read(child.stdout), read(child.stderr)]);
    try {
      const { result } = JSON.parse(output);
      if (result) return result;
    } catch {
      // No answer: what it complains of says why.
    }
    throw new Error(complaint.trim() || output.trim());
  };
  return {
    list: async () => (await inspect("--method", "tools/list")).tools.map((tool) => tool.name),
    call: async (name, args) => {
      const json = JSON.stringify(args);
      return textOf(await inspect("--method", "tools/call", "--tool-name", name, "--tool-args-json", json));
    },
    // It looks at the list itself and does not send what is not there.
    onlyListed: true,
    close: async () => rmSync(home, { recursive: true, force: true }),
  };
});

async function read(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
