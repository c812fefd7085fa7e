import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { copiedTemplate } from "./copied-template.ts";
import { emptyTemplate } from "./own/empty-template.ts";
import type { Template } from "./template.ts";

const manifestName = "stack.config.yaml";
const lockName = "stack.lock.yaml";

/**
 * The templates of an installation: QClock, each stack in `stacks/`, and an empty one. They are the
 * stacks that qclock itself is tested with, so that nothing exists twice.
 */
export async function findTemplates(installation: string): Promise<readonly Template[]> {
  const stacks = path.join(installation, "stacks");
  const folders = await readdir(stacks).catch((): string[] => []);
  const found = await Promise.all([
    readTemplate(installation, "qclock", [manifestName, lockName, "images"]),
    ...folders.toSorted().map((name) => readTemplate(path.join(stacks, name), name, ["."])),
  ]);
  return [...found.flatMap((each) => each ?? []), emptyTemplate(installation)];
}

/** Undefined for a folder without a manifest. */
async function readTemplate(
  folder: string,
  name: string,
  parts: readonly string[],
): Promise<Template | undefined> {
  const manifest = await readFile(path.join(folder, manifestName), "utf8").catch(() => undefined);
  if (manifest === undefined) return undefined;
  const lock = await readFile(path.join(folder, lockName), "utf8").catch(() => "");
  const [, lockedOs] = /^ {4}os: (\S+)$/m.exec(lock) ?? [];
  const source = { folder, name, parts, manifest };
  return copiedTemplate(lockedOs === undefined ? source : { ...source, lockedOs });
}
