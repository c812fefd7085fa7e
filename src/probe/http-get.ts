import type { IncomingMessage } from "node:http";
import { loadHttp, loadHttps } from "../node-http.ts";
import { judgeAnswer, type HttpAnswer, type HttpGet } from "./http-answer.ts";
import { nextUrl, serviceOrigin } from "./http-redirect.ts";
import { noAnswer, type TriedKind } from "./kind.ts";
import type { AttemptResult, ProbeAddress, ProbeTarget } from "./target.ts";

const BODY_LIMIT = 1024 * 1024;

/** A request over HTTP. */
export const httpGetProbe: TriedKind<"http_get"> = {
  attempt: ({ check, target, signal }) => attemptHttpGet(check, target, signal),
  timedOut: noAnswer,
  cost: "connection",
};

/**
 * GET, and compare status, body text and JSON values with what is expected. Every request, that of
 * a redirect too, goes to the address of the service: what a path or an answer says can change the
 * path of the next request and nothing else.
 */
async function attemptHttpGet(
  check: HttpGet,
  target: ProbeTarget,
  signal: AbortSignal,
): Promise<AttemptResult> {
  const address = target.address(check.port);
  if (address === undefined) {
    return { ok: false, message: `port ${check.port} cannot be reached from here` };
  }
  const origin = serviceOrigin(check, address);
  if (!check.path.startsWith("/"))
    return { ok: false, message: `the path ${check.path} does not begin with /` };
  // Joined and not resolved: `//host/` and `/\host/` are paths here, and no names of another host.
  let url = new URL(`${origin.base}${check.path}`);
  // As it was written, where a URL has its dots resolved and its backslashes turned.
  let path = check.path.replaceAll(/\P{ASCII}+/gu, encodeURIComponent);
  const visited = new Set<string>();
  for (;;) {
    visited.add(url.pathname + url.search);
    const answer = await send({ path, check, address }, signal);
    const step = nextUrl({ check, origin, url, visited }, answer);
    if (step.type === "answer") return judgeAnswer(check, answer);
    if (step.type === "refused") return { ok: false, message: step.message };
    url = step.url;
    path = url.pathname + url.search;
  }
}

async function send(
  {
    path,
    check,
    address,
  }: { readonly path: string; readonly check: HttpGet; readonly address: ProbeAddress },
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const options = {
    hostname: address.host,
    port: address.port,
    ...(address.socketPath === undefined ? {} : { socketPath: address.socketPath }),
    path,
    headers: { "user-agent": "qclock-probe", ...Object.fromEntries(check.headers) },
    signal,
    agent: false,
  } as const;
  // A probe asks whether the service answers; whose name its certificate bears is a check of
  // verify.
  const request =
    check.scheme === "https"
      ? loadHttps().get({ ...options, rejectUnauthorized: false }, resolve)
      : loadHttp().get(options, resolve);
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
