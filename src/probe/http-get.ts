import type { IncomingMessage } from "node:http";
import { loadHttp, loadHttps } from "../node-http.ts";
import type { ProbeCheck } from "../stack/stack.ts";
import type { AttemptResult, ProbeTarget } from "./target.ts";

type HttpGet = Extract<ProbeCheck, { type: "http_get" }>;

const BODY_LIMIT = 1024 * 1024;

interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  readonly body: string;
}

/** GET, and compare status, body text and JSON values with what is expected. Redirects to the same service are followed as often as allowed. */
export async function attemptHttpGet(
  check: HttpGet,
  target: ProbeTarget,
  signal: AbortSignal,
): Promise<AttemptResult> {
  const address = target.address(check.port);
  if (address === undefined) {
    return { ok: false, message: `port ${check.port} cannot be reached from here` };
  }
  const base = `${check.scheme}://${address.host.includes(":") ? `[${address.host}]` : address.host}:${address.port}`;
  let url = new URL(check.path, base);
  for (let redirects = 0; ; redirects++) {
    const answer = await send(url, check, signal);
    const isRedirect = answer.status >= 300 && answer.status < 400 && answer.location !== undefined;
    if (!isRedirect || redirects >= check.redirects) return judge(check, answer);
    const next = new URL(answer.location ?? "", url);
    // A name or port that only the outside knows means the same service.
    url = new URL(`${next.pathname}${next.search}`, base);
  }
}

function judge(check: HttpGet, answer: Answer): AttemptResult {
  const { status, body } = answer;
  const accepted =
    check.status.length === 0 ? status >= 200 && status < 400 : check.status.includes(status);
  if (!accepted) return { ok: false, message: `HTTP ${status}${reasonIn(body)}` };
  if (check.body !== undefined && !body.includes(check.body)) {
    return { ok: false, message: `HTTP ${status}, but the body does not contain "${check.body}"` };
  }
  if (check.json.size === 0) return { ok: true, message: `HTTP ${status}` };
  return judgeJson(check, answer);
}

function judgeJson(check: HttpGet, { status, body }: Answer): AttemptResult {
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch {
    return { ok: false, message: `HTTP ${status}, but the body is not JSON` };
  }
  for (const [path, expected] of check.json) {
    const actual = valueAt(document, path);
    if (actual !== expected) {
      return {
        ok: false,
        message: `${path} is ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`,
      };
    }
  }
  return { ok: true, message: `HTTP ${status}` };
}

/** A health answer often says what is wrong: worth a few words. */
function reasonIn(body: string): string {
  const text = body.trim().replace(/\s+/g, " ");
  if (text === "" || text.startsWith("<")) return "";
  return `: ${text.length > 200 ? `${text.slice(0, 197)}...` : text}`;
}

function valueAt(document: unknown, path: string): unknown {
  let value = document;
  for (const key of path.split(".")) {
    if (typeof value !== "object" || value === null) return undefined;
    value = new Map<string, unknown>(Object.entries(value)).get(key);
  }
  return value;
}

async function send(url: URL, check: HttpGet, signal: AbortSignal): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const headers = { "user-agent": "qclock-probe", ...Object.fromEntries(check.headers) };
  // A probe asks whether the service answers; whose name its certificate bears is a check of verify.
  const request =
    check.scheme === "https"
      ? loadHttps().get(url, { signal, headers, agent: false, rejectUnauthorized: false }, resolve)
      : loadHttp().get(url, { signal, headers, agent: false }, resolve);
  request.once("error", reject);
  const message = await promise;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of message) {
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.length;
    if (size > BODY_LIMIT) break;
    chunks.push(chunk);
  }
  request.destroy();
  return {
    status: message.statusCode ?? 0,
    location: message.headers.location,
    body: Buffer.concat(chunks).toString("utf8"),
  };
}
