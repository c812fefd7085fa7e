import { createRedactor, type Redactor } from "../../reporters/redact.ts";
import type { Host } from "./host.ts";

/**
 * A redactor that knows the credentials of addresses in the environment, such as QCLOCK_MIRROR_…
 * and the proxies'.
 */
export function createHostRedactor({ environment }: Pick<Host, "environment">): Redactor {
  const redactor = createRedactor();
  for (const value of environment.values()) {
    const [, user, password] = /^https?:\/\/([^\s/:@]*)(?::([^\s@]*))?@/.exec(value) ?? [];
    // A name alone is a token; beside a password it is no secret.
    const secret = password ?? user;
    if (secret !== undefined) redactor.add(decoded(secret));
  }
  return redactor;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
