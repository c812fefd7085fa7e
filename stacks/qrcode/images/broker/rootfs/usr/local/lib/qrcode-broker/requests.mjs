/** Most bytes of a text; a code of level M holds 2,331. Source: ISO/IEC 18004, table 7. */
export const maximumTextBytes = 2000;

/**
 * Why a request is refused: the words that `/stats` counts.
 *
 * @typedef {"path" | "method" | "type" | "length" | "text" | "protocol"} Reason
 */

/**
 * What becomes of a request, as far as its head tells.
 *
 * @typedef {{ kind: "job", length: number } | { kind: "health" } | { kind: "stats" }
 *   | { kind: "refused", status: number, reason: Reason, message: string }} Judgement
 */

/** @type {Readonly<Record<string, { method: string, kind: "job" | "health" | "stats" }>>} */
const routes = {
  "/jobs": { method: "POST", kind: "job" },
  "/health": { method: "GET", kind: "health" },
  "/stats": { method: "GET", kind: "stats" },
};

/**
 * Judge the head of a request. The target is compared as it was sent: nothing is decoded, joined or
 * cut off, so that there is one way to write each of the three, and none to write another.
 *
 * @param {{ method?: string | undefined, url?: string | undefined,
 *   headers: Readonly<import("node:http").IncomingHttpHeaders> }} request
 * @returns {Judgement}
 */
export function judge({ method = "", url = "", headers }) {
  const route = Object.hasOwn(routes, url) ? routes[url] : undefined;
  if (route === undefined)
    return refused(404, "path", "There are POST /jobs, GET /health and GET /stats.");
  if (method !== route.method) return refused(405, "method", `This takes ${route.method} alone.`);
  if (headers.upgrade !== undefined || headers.expect !== undefined)
    return refused(400, "protocol", "Neither Upgrade nor Expect is understood.");
  if (headers["transfer-encoding"] !== undefined)
    return refused(411, "length", "Say the length of the text with Content-Length.");
  if (route.kind !== "job") {
    const { "content-length": length = "0" } = headers;
    if (length !== "0") return refused(413, "length", "This takes no body.");
    return { kind: route.kind };
  }
  if (headers["content-type"] !== "text/plain; charset=utf-8")
    return refused(415, "type", "The body is a text: Content-Type: text/plain; charset=utf-8.");
  const { "content-length": length = "" } = headers;
  if (!/^\d{1,15}$/.test(length))
    return refused(411, "length", "Say the length of the text with Content-Length.");
  if (Number(length) > maximumTextBytes)
    return refused(413, "length", `A text has at most ${maximumTextBytes} bytes.`);
  return { kind: "job", length: Number(length) };
}

/**
 * Whether bytes are a text for a code: UTF-8, not empty, and of control characters only tab and
 * line ends.
 *
 * @param {Buffer} bytes
 */
export function isText(bytes) {
  if (bytes.length === 0 || bytes.length > maximumTextBytes) return false;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return !/(?![\t\n\r])\p{Cc}/u.test(text);
  } catch {
    return false;
  }
}

/**
 * @param {number} status
 * @param {Reason} reason
 * @param {string} message
 * @returns {Judgement}
 */
function refused(status, reason, message) {
  return { kind: "refused", status, reason, message };
}
