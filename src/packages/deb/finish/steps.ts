import { alternatives } from "./alternatives.ts";
import { baseFiles } from "./base-files.ts";
import { caCertificates } from "./ca-certificates.ts";
import type { FinishStep } from "./finish.ts";
import { shells } from "./shells.ts";

/** Copies a default configuration into place, as libc-bin's script does. */
const nameService: FinishStep = {
  name: "nsswitch",
  packages: ["libc-bin", "base-files"],
  async apply(target) {
    const text = await target.readText("usr/share/libc-bin/nsswitch.conf");
    if (text !== undefined && target.kindOf("etc/nsswitch.conf") === undefined) {
      target.addFile("etc/nsswitch.conf", text);
    }
  },
};

/** The time zone is UTC; a service sets `TZ` for another. */
const timeZone: FinishStep = {
  name: "timezone",
  packages: ["tzdata"],
  async apply(target) {
    if (target.kindOf("usr/share/zoneinfo/Etc/UTC") === undefined) return;
    if (target.kindOf("etc/localtime") === undefined) {
      target.addLink("etc/localtime", "/usr/share/zoneinfo/Etc/UTC");
    }
    if (target.kindOf("etc/timezone") === undefined) target.addFile("etc/timezone", "Etc/UTC\n");
  },
};

/** In the order in which they apply. */
export const finishSteps: readonly FinishStep[] = [
  baseFiles,
  nameService,
  shells,
  timeZone,
  caCertificates,
  alternatives,
];
