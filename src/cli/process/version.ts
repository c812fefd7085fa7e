import { readFileSync } from "node:fs";

declare global {
  /** Put in by the bundler, so that starting up reads no file. */
  var QCLOCK_VERSION: string | undefined;
  /** Put in by the bundler: digest of the sources. */
  var QCLOCK_BUILD: string | undefined;
}

/** Version of qclock, as its package says. */
export const version: string = globalThis.QCLOCK_VERSION ?? readVersion();

/** Names the code of a bundle; undefined when the sources run, which may change under a name. */
export const build: string | undefined = globalThis.QCLOCK_BUILD;

function readVersion(): string {
  const text = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  const found: unknown = JSON.parse(text);
  return typeof found === "object" && found !== null && "version" in found
    ? String(found.version)
    : "unknown";
}
