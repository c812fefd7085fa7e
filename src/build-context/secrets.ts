import { QclockError } from "../error.ts";
import { readHead } from "../project/open.ts";
import type { ContextEntry, ContextScan } from "./scan.ts";

/** Names of files that hold nothing but secrets. */
const secretNames =
  /(?:^|\/)(?:\.env(?:\.(?:local|production|staging|prod))?|\.netrc|_netrc|\.pgpass|\.git-credentials|\.aws\/credentials|\.docker\/config\.json|\.kube\/config|\.vault-token)$/u;

/** Names of files that hold a private key often enough to look inside. */
const keyNames = /(?:^|\/)(?:id_(?:rsa|dsa|ecdsa|ed25519)|[^/]*\.(?:pem|key|ppk|p8))$/u;

const privateKey = /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|^PuTTY-User-Key-File-/mu;

/** How much of a file is searched for a key. */
const headBytes = 16 * 1024;

/**
 * Refuse a context that holds secrets: whatever is sent may end in a layer, where everyone who has
 * the image can read it. A `!` line in `.dockerignore` that names a file says that it is meant to
 * be there.
 */
export async function refuseSecrets({ image, entries, rules }: ContextScan): Promise<void> {
  const found: string[] = [];
  for (const entry of entries) {
    if (rules.isException(entry.path)) continue;
    if (await isSecret(entry)) found.push(entry.path);
  }
  if (found.length === 0) return;
  const [first = ""] = found;
  throw new QclockError(
    "build-failed",
    `The build context of image ${image} holds ${found.length === 1 ? "a file" : `${found.length} files`} that should not leave this machine.`,
    {
      hint: `Name what is secret in .dockerignore; a line "!${first}" there says that a file is meant to be sent.`,
      details: found,
    },
  );
}

async function isSecret(entry: ContextEntry): Promise<boolean> {
  if (entry.type !== "file") return false;
  if (secretNames.test(entry.path)) return true;
  if (!keyNames.test(entry.path)) return false;
  return privateKey.test((await readHead(entry.absolutePath, headBytes)).toString("latin1"));
}
