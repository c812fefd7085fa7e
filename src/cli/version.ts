import { readFileSync } from "node:fs";

declare global {
  /** Put in by the bundler, so that starting up reads no file. */
  var QCLOCK_VERSION: string | undefined;
}

/** Version of qclock, as its package says. */
export const version: string = globalThis.QCLOCK_VERSION ?? readVersion();

function readVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const found: unknown = JSON.parse(text);
  return typeof found === "object" && found !== null && "version" in found
    ? String(found.version)
    : "unknown";
}
