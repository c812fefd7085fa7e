import type { ImageView } from "../installation.ts";
import type { PackageDatabase } from "../package-database.ts";
import { parseControl } from "./control.ts";
import { databaseSkeleton, infoFiles, statusParagraph } from "./dpkg-database.ts";
import type { InstalledDeb } from "./installed.ts";
import type { FileOwner } from "./replaces.ts";

const DPKG = "var/lib/dpkg";

/** The packages of the layers below, by name. */
export async function readDatabase(view: ImageView): Promise<ReadonlyMap<string, FileOwner>> {
  const status = (await view.readText(`${DPKG}/status`)) ?? "";
  const paragraphs = status.split("\n\n").filter((text) => text.trim() !== "");
  return new Map(
    paragraphs.map((paragraph) => {
      const control = parseControl(paragraph.trim());
      const name = control.get("Package") ?? "";
      return [name, { name, control }];
    }),
  );
}

/** The status file. Its text may be of any image: what cannot be read in it is passed over. */
export const debDatabase: PackageDatabase = { path: `${DPKG}/status`, read: installedIn };

function installedIn(status: string): ReadonlyMap<string, string> {
  const packages = new Map<string, string>();
  for (const paragraph of status.split(/\n\n+/)) {
    const field = (name: string): string | undefined =>
      new RegExp(`^${name}: *(.*)$`, "m").exec(paragraph)?.[1];
    const [name, version, architecture] = [
      field("Package"),
      field("Version"),
      field("Architecture"),
    ];
    if (name === undefined || version === undefined || architecture === undefined) continue;
    if (field("Status")?.endsWith(" installed") === true)
      packages.set(`${name}:${architecture}`, version);
  }
  return packages;
}

/**
 * `diversions` are those of the packages, in dpkg's form. A child's layer holds the whole status
 * file and the `info` files of its own packages.
 */
export async function addDatabase(
  view: ImageView,
  installed: readonly InstalledDeb[],
  diversions: string,
): Promise<void> {
  if (installed.length === 0) return;
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
