import { by } from "../../order.ts";
import type { PackageDatabase } from "../package-database.ts";
import { type ControlFields, parseControl } from "./control.ts";
import type { ScriptRoot } from "../scripts/root.ts";
import { putFile, putFolder, readText } from "../scripts/root-files.ts";
import { databaseSkeleton, infoFiles, infoName, statusParagraph } from "./dpkg-database.ts";
import type { InstalledDeb } from "./installed.ts";
import type { FileOwner } from "./replaces.ts";

const DPKG = "/var/lib/dpkg";

/** The packages of the layers below, by name. What is no package there is passed over. */
export function readDatabase(root: ScriptRoot): ReadonlyMap<string, FileOwner> {
  const status = readText(root, `${DPKG}/status`) ?? "";
  const paragraphs = status.split("\n\n").filter((text) => text.trim() !== "");
  return new Map(
    paragraphs.flatMap((paragraph) => {
      const control = controlIn(paragraph.trim());
      const name = control?.get("Package");
      return control === undefined || name === undefined
        ? []
        : [[name, { name, control }] as const];
    }),
  );
}

function controlIn(paragraph: string): ControlFields | undefined {
  try {
    return parseControl(paragraph);
  } catch {
    return undefined;
  }
}

/** The status file. */
export const debDatabase: PackageDatabase = {
  path: `${DPKG.slice(1)}/status`,
  read: (file) => installedIn(Buffer.from(file).toString("utf8")),
};

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

/** Say in the status file that the packages are installed, and make what dpkg expects beside it. */
export function addStatus(root: ScriptRoot, installed: readonly InstalledDeb[]): void {
  const before = readText(root, `${DPKG}/status`) ?? "";
  const paragraphs = [
    ...before.split("\n\n").map((text) => text.trim()),
    ...installed.map((item) => statusParagraph(item).trim()),
  ];
  const sorted = paragraphs.filter((paragraph) => paragraph !== "").toSorted(by(nameOf));
  if (before === "") {
    for (const file of databaseSkeleton())
      putFile(root, `${DPKG}/${file.path}`, file.content, file);
    for (const folder of ["alternatives", "parts", "updates"]) putFolder(root, `${DPKG}/${folder}`);
    // Of dpkg, too: alternatives may be installed before its files are there, or without them.
    putFolder(root, "/etc/alternatives");
  }
  putFile(root, `${DPKG}/status`, sorted.map((paragraph) => `${paragraph}\n\n`).join(""));
}

/** A child's layer holds the whole status file and the `info` files of its own packages. */
export function addInfo(root: ScriptRoot, item: InstalledDeb): void {
  for (const file of infoFiles(item)) putFile(root, `${DPKG}/${file.path}`, file.content, file);
}

/** A script of a package of a layer below; undefined when it has none. */
export function scriptBelow(
  root: ScriptRoot,
  { name, control }: FileOwner,
  script: string,
): string | undefined {
  return readText(root, `${DPKG}/info/${infoName({ name, control })}.${script}`);
}

function nameOf(paragraph: string): string {
  return /^Package: (.*)$/m.exec(paragraph)?.[1] ?? "";
}
