// The clients of the matrix, and how each is started. A row is one way of using a client: what the
// table calls it, which of the two URLs is pasted, and the mode its driver gets.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const text = (path) => readFileSync(here(path), "utf8");

const node = (driver) => [process.execPath, here(`drivers/${driver}.mjs`)];
const python = (venv, driver) => [here(`../${venv}/bin/python`), here(`drivers/${driver}.py`)];

const npm = (name) => JSON.parse(text("package.json")).dependencies[name];
const pip = (file, name) => new RegExp(`^${name}==(\\S+)$`, "m").exec(text(file))[1];
const cargo = (name) => new RegExp(`^${name} = \\{ version = "=([^"]+)"`, "m").exec(text("../rmcp/Cargo.toml"))[1];

export const CLIENTS = [
  {
    name: "TypeScript SDK v1",
    version: npm("@modelcontextprotocol/sdk"),
    command: node("typescript-v1"),
    rows: [
      ["Streamable HTTP", "url", "http"],
      ["SSE", "url", "sse"],
      ["SSE", "sse_url", "sse"],
    ],
  },
  {
    name: "TypeScript SDK v2",
    version: npm("@modelcontextprotocol/client"),
    command: node("typescript-v2"),
    rows: [
      ["as it comes", "url", "http legacy"],
      ["auto", "url", "http auto"],
      ["pinned to 2026-07-28", "url", "http 2026-07-28"],
      ["SSE", "url", "sse legacy"],
      ["SSE", "sse_url", "sse legacy"],
      ["SSE, auto", "sse_url", "sse auto"],
    ],
  },
  {
    name: "Python SDK",
    version: pip("../python/requirements.txt", "mcp"),
    command: python(".venv", "python_sdk"),
    rows: [
      ["as it comes (auto)", "url", "http auto"],
      ["legacy", "url", "http legacy"],
      ["pinned to 2026-07-28", "url", "http 2026-07-28"],
      ["SSE, legacy", "url", "sse legacy"],
      ["SSE, legacy", "sse_url", "sse legacy"],
      ["SSE, auto", "sse_url", "sse auto"],
    ],
  },
  {
    name: "Rust SDK (rmcp)",
    version: cargo("rmcp"),
    command: [here("../rmcp/target/debug/egnyte-mcp-rmcp-client")],
    rows: [
      ["as it comes (initialize)", "url", "initialize"],
      ["discover", "url", "discover"],
      ["auto", "url", "auto"],
    ],
  },
  {
    name: "mcp-remote",
    version: npm("mcp-remote"),
    command: node("mcp-remote"),
    rows: [
      ["http-first", "url", "--transport http-first"],
      ["http-only", "url", "--transport http-only"],
      ["sse-first", "url", "--transport sse-first"],
      ["sse-only", "url", "--transport sse-only"],
      ["sse-only", "sse_url", "--transport sse-only"],
      ["--protocol auto", "url", "--protocol auto"],
    ],
  },
  {
    name: "MCP Inspector CLI",
    version: npm("@modelcontextprotocol/inspector"),
    command: node("inspector"),
    rows: [
      ["--transport http", "url", "--transport http"],
      ["--protocol-era modern", "url", "--transport http --protocol-era modern"],
      ["--protocol-era auto", "url", "--transport http --protocol-era auto"],
      ["--transport sse", "url", "--transport sse"],
      ["as it comes", "sse_url", ""],
    ],
  },
  {
    name: "AI SDK",
    version: npm("@ai-sdk/mcp"),
    command: node("ai-sdk"),
    rows: [
      ["http", "url", "http"],
      ["http, without discovery", "url", "http legacy"],
      ["sse", "sse_url", "sse"],
    ],
  },
  {
    name: "LangChain, Python",
    version: pip("requirements-langchain.txt", "langchain-mcp-adapters"),
    command: python(".venv-langchain", "langchain"),
    rows: [
      ["streamable_http", "url", "streamable_http"],
      ["sse", "url", "sse"],
      ["sse", "sse_url", "sse"],
    ],
  },
  {
    name: "LangChain, JavaScript",
    version: npm("@langchain/mcp-adapters"),
    command: node("langchain"),
    rows: [
      ["http", "url", "http"],
      ["sse", "url", "sse"],
      ["sse", "sse_url", "sse"],
    ],
  },
];
