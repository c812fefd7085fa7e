import { createServer, type ServerResponse } from "node:http";
import { loadFamily } from "../../src/packages/families.ts";
import { resolveMirrors } from "../../src/packages/resolve-mirrors.ts";

/** What a mirror does to an answer: other bytes, or a status instead. */
export type Tamper = (path: string, body: Uint8Array) => Uint8Array | number;

/** A mirror on this machine that passes on what the real one answers, changed by the test. */
export interface TamperingMirror extends AsyncDisposable {
  /** For QCLOCK_MIRROR_DEBIAN_12. */
  readonly urls: string;
  readonly requests: readonly string[];
}

/** Start one before the mirror that qclock itself would use here. */
export async function startTamperingMirror(tamper: Tamper): Promise<TamperingMirror> {
  const upstream = await resolveMirrors({
    os: "debian-12",
    manifestMirror: undefined,
    environmentMirror: process.env["QCLOCK_MIRROR_DEBIAN_12"],
    family: await loadFamily("debian-12"),
  });
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const url = request.url ?? "/";
    requests.push(url);
    const target = url.replace(/^\/(main|security)/, (_, archive: string) =>
      archive === "main" ? upstream.main : upstream.security,
    );
    void pass(target, response, (body) => tamper(url, body));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  return {
    urls: `${origin}/main ${origin}/security`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** Fetch from upstream and answer with what the test makes of it. */
async function pass(
  target: string,
  response: ServerResponse,
  change: (body: Uint8Array) => Uint8Array | number,
): Promise<void> {
  try {
    const answer = await fetch(target);
    const body = answer.ok ? change(new Uint8Array(await answer.arrayBuffer())) : answer.status;
    if (typeof body === "number") response.writeHead(body).end();
    else response.writeHead(200, { "Content-Length": String(body.length) }).end(body);
  } catch {
    response.writeHead(502).end();
  }
}

/** One byte changed in the middle: the smallest thing that must be noticed. */
export function flipByte(body: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(body);
  const middle = Math.floor(copy.length / 2);
  copy[middle] = (copy[middle] ?? 0) ^ 1;
  return copy;
}
