import type { HttpAnswer, HttpGet } from "./http-answer.ts";
import type { ProbeAddress } from "./target.ts";

/** Who the service is, as its own redirects may name it. */
export interface ServiceOrigin {
  /** Scheme, host and port that its requests go to. */
  readonly base: string;
  /**
   * Further origins that mean the same service: its port inside the container, and the name that
   * the probe's `Host` header gives it.
   */
  readonly others: ReadonlySet<string>;
}

/** What follows on an answer. */
export type RedirectStep =
  /** It is the last one, and is to be judged. */
  | { readonly type: "answer" }
  | { readonly type: "next"; readonly url: URL }
  | { readonly type: "refused"; readonly message: string };

export interface RedirectState {
  readonly check: HttpGet;
  readonly origin: ServiceOrigin;
  /** Of the request that was answered. */
  readonly url: URL;
  /** Path and query of every request so far. */
  readonly visited: ReadonlySet<string>;
}

/** RFC 9110, section 15.4: those that send a GET to the place that `Location` names. */
const redirectStatuses = new Set([301, 302, 303, 307, 308]);

/** The origins of a service that is probed at an address. */
export function serviceOrigin(
  { scheme, port, headers }: Pick<HttpGet, "scheme" | "port" | "headers">,
  address: ProbeAddress,
): ServiceOrigin {
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  const named = [...headers].find(([name]) => name.toLowerCase() === "host")?.[1];
  const others = [
    `${scheme}://${host}:${port}`,
    ...(named === undefined ? [] : [`${scheme}://${named}`]),
  ];
  return {
    base: new URL(`${scheme}://${host}:${address.port}`).origin,
    others: new Set(others.flatMap((text) => (URL.canParse(text) ? [new URL(text).origin] : []))),
  };
}

/**
 * Whether an answer is the last one, and where the next request goes otherwise. A redirect to
 * another origin is never followed and never counts as an answer, nor do redirects that lead back
 * or do not end; but where redirects are not followed at all, one whose status the probe lists is
 * the answer that was asked for.
 */
export function nextUrl(state: RedirectState, { status, location }: HttpAnswer): RedirectStep {
  const { check, origin, url, visited } = state;
  if (location === undefined || !redirectStatuses.has(status)) return { type: "answer" };
  const follows = check.redirects > 0;
  if (!follows && check.status.includes(status)) return { type: "answer" };
  const shown = `HTTP ${status} to ${describe(location)}`;
  if (!URL.canParse(location, url.href))
    return { type: "refused", message: `${shown}, which is no address` };
  const next = new URL(location, url);
  if (next.origin !== origin.base && !origin.others.has(next.origin)) {
    const way = follows ? "" : ` (list ${status} under \`status\` to accept it)`;
    return {
      type: "refused",
      message: `${shown}, which is not this service and is not followed${way}`,
    };
  }
  const place = next.pathname + next.search;
  if (visited.has(place)) return { type: "refused", message: `${shown}, in a circle` };
  if (!follows) return { type: "answer" };
  if (visited.size > check.redirects) {
    const count = check.redirects === 1 ? "1 redirect" : `${check.redirects} redirects`;
    return { type: "refused", message: `${shown}, after ${count}, which is as many as allowed` };
  }
  return { type: "next", url: new URL(`${origin.base}${place}`) };
}

/**
 * A redirect's target without what may be secret in it (user and query), in a length that can be
 * read.
 */
function describe(location: string): string {
  const plain = location
    .replace(/[?#].*$/su, "?…")
    .replace(/^([a-z][a-z0-9+.-]*:)?([/\\]{2})[^/\\]*@/iu, "$1$2");
  return plain.length > 120 ? `${plain.slice(0, 117)}...` : plain;
}
