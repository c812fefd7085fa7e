import type { Architecture } from "../../../os.ts";
import type { ScriptCall } from "../../installation.ts";

/** Scripts that are called when a package is installed. */
export type ScriptKind = "preinst" | "config" | "postinst";

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** What dpkg and apt tell a script by variables. Source: dpkg(1), "ENVIRONMENT". */
export function scriptEnvironment(script: {
  readonly package: string;
  readonly kind: ScriptKind;
  readonly architecture: Architecture;
}): Readonly<Record<string, string>> {
  return {
    PATH,
    HOME: "/root",
    LC_ALL: "C.UTF-8",
    DEBIAN_FRONTEND: "noninteractive",
    DEBCONF_NONINTERACTIVE_SEEN: "true",
    DPKG_ADMINDIR: "/var/lib/dpkg",
    DPKG_ROOT: "",
    DPKG_MAINTSCRIPT_ARCH: script.architecture,
    DPKG_MAINTSCRIPT_NAME: script.kind,
    DPKG_MAINTSCRIPT_PACKAGE: script.package,
    DPKG_MAINTSCRIPT_PACKAGE_REFCOUNT: "1",
  };
}

/**
 * A script as it is run: beside dpkg's variables it has those alone by which programs do the same
 * each time. Source: the specification of SOURCE_DATE_EPOCH 1.1; perlrun; TeX Live's manual.
 */
export function scriptCall(call: {
  readonly path: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** The time of what is made, in seconds since 1970. */
  readonly epoch: number;
}): ScriptCall {
  const { path, args, environment, epoch } = call;
  const sameEachTime = {
    FORCE_SOURCE_DATE: "1",
    PERL_HASH_SEED: "0",
    PYTHONHASHSEED: "0",
    SOURCE_DATE_EPOCH: String(epoch),
    TZ: "UTC",
  };
  return { path, args, environment: { ...environment, ...sameEachTime } };
}
