import {
  databaseSkeleton,
  infoFiles,
  type InstalledPackage,
  statusParagraph,
} from "../packages/deb/dpkg-database.ts";
import type { FinishTarget } from "../packages/deb/finish/finish.ts";

const DPKG = "var/lib/dpkg";

/** `diversions` are those of the packages, in dpkg's form. A child's layer holds the whole status file and the `info` files of its own packages. */
export async function addDatabase(
  target: (step: string) => FinishTarget,
  installed: readonly InstalledPackage[],
  diversions: string,
): Promise<void> {
  if (installed.length === 0) return;
  const view = target("dpkg");
  const before = (await view.readText(`${DPKG}/status`)) ?? "";
  const paragraphs = [
    ...before.split("\n\n").map((text) => text.trim()),
    ...installed.map((item) => statusParagraph(item).trim()),
  ];
  const sorted = paragraphs
    .filter((paragraph) => paragraph !== "")
    .toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  view.addFile(`${DPKG}/status`, sorted.map((paragraph) => `${paragraph}\n\n`).join(""));
  for (const file of [
    ...(before === "" ? databaseSkeleton() : []),
    ...installed.flatMap(infoFiles),
  ]) {
    const hidden = file.path.startsWith("lock") || file.path.startsWith("triggers/Lock");
    view.addFile(`${DPKG}/${file.path}`, file.content, hidden ? 0o640 : 0o644);
  }
  if (diversions !== "") {
    const former = (await view.readText(`${DPKG}/diversions`)) ?? "";
    view.addFile(`${DPKG}/diversions`, former + diversions);
  }
  for (const folder of ["alternatives", "parts", "updates"])
    view.addDirectory(`${DPKG}/${folder}`, 0o755);
}

function nameOf(paragraph: string): string {
  return /^Package: (.*)$/m.exec(paragraph)?.[1] ?? "";
}
