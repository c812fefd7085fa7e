import type { PackageId } from "../package.ts";
import type { UnpackedPackage } from "../unpacked.ts";

/** Fields of a package's control file, in their order; continuation lines keep their line ends. */
export type ControlFields = ReadonlyMap<string, string>;

/**
 * Parse one deb822 paragraph. Throws an `Error` for what is no paragraph, holds a field twice, or
 * is followed by another one: two readers might believe different ones. Source: deb-control(5).
 */
export function parseControl(text: string): ControlFields {
  const fields = new Map<string, string>();
  const names = new Set<string>();
  let current: string | undefined;
  for (const line of text.replace(/^\n+|\s+$/g, "").split("\n")) {
    if (line.trim() === "") throw new Error("its control file holds more than one paragraph");
    if (/^[ \t]/.test(line) && current !== undefined) {
      fields.set(current, `${fields.get(current) ?? ""}\n${line}`);
      continue;
    }
    const [, name, value = ""] = /^([!-9;-~]+):(.*)$/.exec(line) ?? [];
    if (name === undefined) {
      throw new Error(`its control file has a line that is no field: ${shortened(line)}`);
    }
    // dpkg compares names of fields without regard to case.
    if (names.has(name.toLowerCase())) {
      throw new Error(`its control file holds the field ${name} twice`);
    }
    names.add(name.toLowerCase());
    current = name;
    fields.set(name, value.trimStart());
  }
  // As in dpkg, a blank at the end of a first line stays where further lines follow.
  return new Map(Array.from(fields, ([name, value]) => [name, value.trimEnd()]));
}

/** The control file of an unpacked package. Throws as `parseControl` does. */
export function controlOf({ metadata }: Pick<UnpackedPackage, "metadata">): ControlFields {
  return parseControl(metadata.get("control") ?? "");
}

/**
 * What is wrong with a control file beside what a signed index, and so the lock, says of the
 * package; undefined when it says the same. A file that calls itself something else would be in
 * dpkg's database under the wrong name.
 */
export function contradictionIn(unpacked: UnpackedPackage, id: PackageId): string | undefined {
  const control = controlOf(unpacked);
  const fields = [
    ["Package", id.name],
    ["Version", id.version],
    ["Architecture", id.architecture],
  ] as const;
  for (const [field, expected] of fields) {
    const value = control.get(field);
    if (value === expected) continue;
    const said = value === undefined ? "has no" : `says ${JSON.stringify(value)} as its`;
    return `its control file ${said} ${field}, but the lock says ${JSON.stringify(expected)}`;
  }
  return undefined;
}

function shortened(line: string): string {
  return JSON.stringify(line.length > 60 ? `${line.slice(0, 57)}...` : line);
}
