import { execFileSync } from "node:child_process";
import { createReadStream } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Digest } from "../../src/digest.ts";
import { openStore } from "../../src/store/disk-store.ts";

const root = path.resolve(import.meta.dirname, "../..");
/** What the project's manifest has from its maker, as Maven's repositories know it. */
const archive = { group: "org.keycloak", name: "keycloak-quarkus-dist-23.0.7.zip" };
const coordinates = `${archive.group}:keycloak-quarkus-dist:23.0.7:zip`;

/**
 * Make sure that the store has Keycloak's archive: what it lacks is asked of this machine's Maven,
 * with whatever repository that is set up with. False, and a line that says why, where it cannot be
 * had. Other bytes than the lock pins are refused by the store.
 */
export async function ensureKeycloakArchive(storeDirectory: string): Promise<boolean> {
  const store = await openStore(storeDirectory);
  const digest = await pinnedDigest();
  if ((await store.find(digest)) !== undefined) return true;
  const folder = await mkdtemp(path.join(tmpdir(), "qclock-keycloak-"));
  try {
    const wanted = [`-Dartifact=${coordinates}`, `-DoutputDirectory=${folder}`];
    execFileSync("mvn", ["--batch-mode", "--quiet", "dependency:copy", ...wanted], {
      cwd: folder,
      encoding: "utf8",
      timeout: 240_000,
    });
    await store.put(digest, createReadStream(path.join(folder, archive.name)));
    return true;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.error(
      `The tests of the identity service need Keycloak's archive. It is not in the store, and Maven (Debian's package maven) cannot get ${coordinates}: ${reason}`,
    );
    return false;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function pinnedDigest(): Promise<Digest> {
  const lock = await readFile(path.join(root, "stack.lock.yaml"), "utf8");
  const [, sha256] = /url: \S+\/keycloak-\S+\n\s+sha256: ([0-9a-f]{64})/.exec(lock) ?? [];
  if (sha256 === undefined) throw new Error("stack.lock.yaml pins no archive of Keycloak.");
  return `sha256:${sha256}`;
}
