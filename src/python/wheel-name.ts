import { normalizeName } from "./name.ts";

/** What the name of a wheel's file says. */
export interface WheelName {
  readonly file: string;
  /** Normalised. */
  readonly name: string;
  readonly version: string;
  /** Of two wheels with the same tags the one with the greater build is used. */
  readonly build: readonly [number: number, rest: string];
  /** Each of them one way to use it, as `cp311-cp311-manylinux_2_17_x86_64`. */
  readonly tags: readonly string[];
}

/** More combinations are no name that a builder of wheels writes. */
const MOST_TAGS = 1000;

/**
 * Undefined for a file that is no wheel. Source: the packaging specifications, "Binary distribution
 * format" (PEP 427), file name convention.
 */
export function parseWheelName(file: string): WheelName | undefined {
  if (!file.endsWith(".whl") || !/^[\w.+!-]+$/.test(file)) return undefined;
  const parts = file.slice(0, -".whl".length).split("-");
  if (parts.length !== 5 && parts.length !== 6) return undefined;
  const [name = "", version = ""] = parts;
  const [pythons = [], abis = [], platforms = []] = parts.slice(-3).map((part) => part.split("."));
  const build = parts.length === 6 ? /^(\d+)(.*)$/.exec(parts[2] ?? "") : ["", "-1", ""];
  if (name === "" || version === "" || build === null) return undefined;
  if (pythons.length * abis.length * platforms.length > MOST_TAGS) return undefined;
  return {
    file,
    name: normalizeName(name),
    // A file's name has an underscore where a version has a dash.
    version: version.replaceAll("_", "-"),
    build: [Number(build[1]), build[2] ?? ""],
    tags: pythons.flatMap((python) =>
      abis.flatMap((abi) => platforms.map((platform) => `${python}-${abi}-${platform}`)),
    ),
  };
}
