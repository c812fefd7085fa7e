import type { ProbeChecks } from "../stack/services/probe-kinds.ts";
import { shorten } from "./shorten.ts";
import type { AttemptResult } from "./target.ts";

export type HttpGet = ProbeChecks["http_get"];

/** What came back of one request. */
export interface HttpAnswer {
  readonly status: number;
  /** The header `Location`. */
  readonly location: string | undefined;
  readonly body: string;
}

/** Compare the last answer with what the probe expects. */
export function judgeAnswer(check: HttpGet, answer: HttpAnswer): AttemptResult {
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

function judgeJson(check: HttpGet, { status, body }: HttpAnswer): AttemptResult {
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
        message: `${path} is ${shorten(JSON.stringify(actual) ?? "undefined")} instead of ${JSON.stringify(expected)}`,
      };
    }
  }
  return { ok: true, message: `HTTP ${status}` };
}

/** A health answer often says what is wrong: worth a few words. */
function reasonIn(body: string): string {
  const text = body.trim().replace(/\s+/g, " ");
  if (text === "" || text.startsWith("<")) return "";
  return `: ${shorten(text)}`;
}

function valueAt(document: unknown, path: string): unknown {
  let value = document;
  for (const key of path.split(".")) {
    if (typeof value !== "object" || value === null) return undefined;
    value = new Map<string, unknown>(Object.entries(value)).get(key);
  }
  return value;
}
