import { fromBytes } from "../../scripts/bytes.ts";
import type { ScriptRoot } from "../../scripts/root.ts";

/** A paragraph of dpkg's status file: fields by their names in lower case. */
export type StatusEntry = ReadonlyMap<string, string>;

/** The packages of /var/lib/dpkg/status, in its order. */
export function readStatus(root: ScriptRoot): readonly StatusEntry[] {
  const path = "/var/lib/dpkg/status";
  if (root.stat(path)?.kind !== "file") return [];
  return fromBytes(root.read(path))
    .split(/\n{2,}/)
    .map(entryOf)
    .filter((entry) => entry.has("package"));
}

/** Packages that a name of the command line means: `name`, `name:arch`, or a pattern. */
export function findPackages(
  entries: readonly StatusEntry[],
  written: string,
  fits: (name: string, glob: string) => boolean,
): readonly StatusEntry[] {
  const [glob = "", architecture] = written.split(":");
  return entries.filter((entry) => {
    const isOf = architecture === undefined || architecture === "any";
    return (
      fits(entry.get("package") ?? "", glob) && (isOf || entry.get("architecture") === architecture)
    );
  });
}

/** As dpkg writes it: with the architecture where several may be installed. */
export function binaryName(entry: StatusEntry): string {
  const name = entry.get("package") ?? "";
  return entry.get("multi-arch") === "same" ? `${name}:${entry.get("architecture") ?? ""}` : name;
}

/** The files that a package brought, by its list. */
export function filesOf(root: ScriptRoot, entry: StatusEntry): readonly string[] | undefined {
  const name = entry.get("package") ?? "";
  const paths = [`${name}:${entry.get("architecture") ?? ""}`, name].map(
    (each) => `/var/lib/dpkg/info/${each}.list`,
  );
  const path = paths.find((each) => root.stat(each)?.kind === "file");
  return path === undefined
    ? undefined
    : fromBytes(root.read(path))
        .split("\n")
        .filter((line) => line !== "");
}

function entryOf(paragraph: string): StatusEntry {
  const fields = new Map<string, string>();
  let name = "";
  for (const line of paragraph.split("\n")) {
    if (/^[ \t]/.test(line)) {
      fields.set(name, `${fields.get(name) ?? ""}\n${line}`);
      continue;
    }
    const colon = line.indexOf(":");
    if (colon === -1) continue;
    name = line.slice(0, colon).toLowerCase();
    fields.set(name, line.slice(colon + 1).trim());
  }
  return fields;
}
