import { operatingSystems, type OperatingSystem, type OsName } from "../os.ts";
import type { Family, Unpack } from "./family.ts";

/**
 * The folder of each family is read when a system of it is met. Nothing else imports from these
 * folders.
 */
const families: Readonly<Record<OperatingSystem["family"], () => Promise<Family>>> = {
  rpm: async () => (await import("./rpm/family.ts")).rpmFamily,
  deb: async () => (await import("./deb/family.ts")).debFamily,
};

/** Apart, for threads that do nothing else: they load no other part of a family. */
const unpackers: Readonly<Record<OperatingSystem["family"], () => Promise<Unpack>>> = {
  rpm: async () => (await import("./rpm/unpack.ts")).unpackPackage,
  deb: async () => (await import("./deb/unpack.ts")).unpackPackage,
};

/** What takes packages of an operating system apart. */
export function loadUnpack(os: OsName): Promise<Unpack> {
  return unpackers[operatingSystems[os].family]();
}

/** The family of an operating system. */
export function loadFamily(os: OsName): Promise<Family> {
  return families[operatingSystems[os].family]();
}
