// Egnyte's tools over plain HTTP: fetches their definitions, calls them, waits for Egnyte's limits.
// Knows no framework. Copy it as it is.

const url = process.env.EGNYTE_MCP_URL ?? "http://127.0.0.1:8080";
const account = `${url}/integrated-account/${process.env.EGNYTE_MCP_ACCOUNT_ID}`;
// An API token, or the token of a minted MCP URL: then its filter holds here, too.
const headers = {
  authorization: `Bearer ${process.env.EGNYTE_MCP_API_TOKEN}`,
  "content-type": "application/json",
};

// Milliseconds for one call. The service answers earlier, also when Egnyte does not.
const PATIENCE = 60_000;
const ATTEMPTS = 3;
const SECONDS_WHEN_NOBODY_SAYS = 5;

// A JSON Schema of a tool's arguments; the tool's description stands in it.
export type Schema = { type: "object"; description: string; properties: Record<string, object> };

// The tools that a filter leaves, by name: `{ tags: "users,groups", methods: "read" }`.
export async function fetchTools(filter: Record<string, string>): Promise<Record<string, Schema>> {
  const query = new URLSearchParams({ ...filter, format: "json-schema" });
  const answer = await fetch(`${account}/tools?${query}`, {
    headers,
    signal: AbortSignal.timeout(PATIENCE),
  });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.detail);
  return body;
}

// Runs one tool and answers its result. A refusal of Egnyte's rate limit throws RateLimited; what
// else fails throws an Error whose message a model can act on, so show it to the model.
export async function callTool(name: string, args: unknown): Promise<unknown> {
  const answer = await fetch(`${account}/tools/${name}/call`, {
    method: "POST",
    headers,
    body: JSON.stringify(args),
    signal: AbortSignal.timeout(PATIENCE),
  });
  const body = await answer.json();
  if (answer.status === 429) {
    throw new RateLimited(body.detail, answer.headers.get("ratelimit-reset"));
  }
  if (!answer.ok) throw new Error(body.detail);
  return body;
}

export class RateLimited extends Error {
  // Until Egnyte takes calls again.
  seconds: number;

  constructor(message: string, reset: unknown) {
    super(message);
    const seconds = Number.parseInt(String(reset), 10);
    this.seconds = Number.isNaN(seconds) ? SECONDS_WHEN_NOBODY_SAYS : seconds;
  }
}

// The service passes Egnyte's limits on and never retries, so this does: it waits as long as
// `ratelimit-reset` says and calls again. A refused call did nothing, so repeating it is safe.
export async function waitingForRateLimit<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof RateLimited) || attempt === ATTEMPTS) throw error;
      console.warn(`Rate limit reached: waiting ${error.seconds} s before the next attempt.`);
      await new Promise((resolve) => setTimeout(resolve, error.seconds * 1000));
    }
  }
}
