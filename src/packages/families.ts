import { operatingSystems, type OperatingSystem, type OsName } from "../os.ts";
import type { Family } from "./family.ts";

/**
 * The folder of each family is read when a system of it is met. Nothing else imports from these
 * folders.
 */
const families: Readonly<Record<OperatingSystem["family"], () => Promise<Family>>> = {
  rpm: async () => (await import("./rpm/family.ts")).rpmFamily,
  deb: async () => (await import("./deb/family.ts")).debFamily,
};

/** The family of an operating system. */
export function loadFamily(os: OsName): Promise<Family> {
  return families[operatingSystems[os].family]();
}
