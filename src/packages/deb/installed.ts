import type { InstalledPackage, UnpackedEntry } from "../unpacked.ts";
import { type ControlFields, controlOf } from "./control.ts";

/** A package as dpkg's database knows it. */
export interface InstalledDeb {
  readonly name: string;
  readonly control: ControlFields;
  readonly controlFiles: ReadonlyMap<string, string>;
  readonly entries: readonly UnpackedEntry[];
}

/** Read the control file of an unpacked package. Throws as `parseControl` does. */
export function toInstalledDeb(unpacked: InstalledPackage): InstalledDeb {
  const { name, metadata, entries } = unpacked;
  return { name, control: controlOf(unpacked), controlFiles: metadata, entries };
}
