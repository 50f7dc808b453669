// The service under test: the real program, with the fixtures as its tool docs, an account
// connected and one URL minted, all in a folder that is thrown away.

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as upstream from "./upstream.mjs";

// Starts everything. `url` is the minted one; `stop` ends and removes everything.
export async function start(binary) {
  const folder = mkdtempSync(join(tmpdir(), "egnyte-mcp-conformance-"));
  const stops = [() => rmSync(folder, { recursive: true, force: true })];
  const stop = async () => {
    while (stops.length) await stops.pop()();
  };
  try {
    const docs = join(folder, "tool-docs");
    cpSync(new URL("tool-docs", import.meta.url), docs, { recursive: true });
    const egnyte = await upstream.start(join(docs, "conformance", "now_and_then.md"));
    stops.push(egnyte.stop);
    const service = await serve(binary, folder, docs, egnyte.url);
    stops.push(service.stop);
    return { folder, url: await mint(service), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function serve(binary, folder, docs, egnyteUrl) {
  const apiToken = randomBytes(24).toString("hex");
  const options = {
    "--listen": "127.0.0.1:0",
    "--data-dir": join(folder, "data"),
    "--tool-docs": docs,
    "--egnyte-url": egnyteUrl,
    "--log-format": "json",
  };
  const child = spawn(binary, ["serve", ...Object.entries(options).flat()], {
    env: { PATH: process.env.PATH, EGNYTE_MCP_API_TOKEN: apiToken },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "exit");
  const stop = async () => {
    child.kill();
    await ended;
  };
  const log = [];
  const ready = new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on("line", (line) => {
        log.push(line);
        const address = /"address":"([^"]+)"/.exec(line);
        if (address) resolve(`http://${address[1]}`);
      });
    }
  });
  const baseUrl = await Promise.race([ready, ended.then(() => null)]);
  if (!baseUrl) throw new Error(`the service did not start:\n${log.join("\n")}`);
  return { baseUrl, apiToken, stop };
}

async function mint({ baseUrl, apiToken }) {
  const post = async (path, body) => {
    const headers = { authorization: `Bearer ${apiToken}`, "content-type": "application/json" };
    const response = await fetch(baseUrl + path, { method: "POST", headers, body: JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.status} from ${path}: ${text}`);
    return JSON.parse(text);
  };
  const domain = { name: "Conformance", domain: "conformance", access_token: "made-up" };
  const account = await post("/integrated-account", domain);
  const config = { tags: ["conformance"] };
  const server = await post(`/integrated-account/${account.id}/mcp`, { name: "Conformance", config });
  return server.url;
}
