import { QclockError } from "../../error.ts";
import { shown } from "../../archive/name.ts";
import { readZipMembers } from "../../archive/read-zip-members.ts";
import { normalizeName } from "../../python/name.ts";
import { parseRequirement, type Requirement } from "../../python/requirement.ts";
import { parseSpecifiers, type Specifier } from "../../python/specifier.ts";
import { isSameVersion } from "../../python/version.ts";
import { corruptWheel } from "./corrupt-wheel.ts";

/** What a wheel says of itself that locking needs. */
export interface WheelMetadata {
  readonly requires: readonly Requirement[];
  readonly requiresPython: readonly Specifier[];
}

const LARGEST_BYTES = 16 * 1024 * 1024;

/** Far more than any project requires, with all its extras. */
const MOST_REQUIREMENTS = 5000;

/**
 * Read a wheel's METADATA. Throws `wheel-corrupt` for an archive that cannot be read, and for a
 * wheel that is another project's or another version's.
 *
 * Source: the packaging specifications, "Core metadata".
 */
export async function readWheelMetadata(wheel: {
  readonly name: string;
  readonly version: string;
  readonly file: string;
  readonly path: string;
}): Promise<WheelMetadata> {
  try {
    const members = await readZipMembers(wheel.path, {
      isWanted: (name) => /^[^/]+\.dist-info\/METADATA$/.test(name),
      maximumBytes: LARGEST_BYTES,
    });
    const [text, ...others] = [...members.values()].map((bytes) => bytes.toString("utf8"));
    if (text === undefined) throw new Error("it has no .dist-info/METADATA");
    if (others.length > 0) throw new Error("it has several folders .dist-info");
    return parseMetadata(text, wheel);
  } catch (error) {
    if (error instanceof QclockError || !(error instanceof Error)) throw error;
    throw corruptWheel(wheel.file, error.message, error);
  }
}

/** Throws an `Error` that says, as a clause, what is wrong. */
export function parseMetadata(
  text: string,
  wheel: { readonly name: string; readonly version: string },
): WheelMetadata {
  const fields = parseHeaders(text);
  const [name = ""] = fields.get("name") ?? [];
  const [version = ""] = fields.get("version") ?? [];
  if (normalizeName(name) !== wheel.name || !isSameVersion(version, wheel.version)) {
    throw new Error(
      `its METADATA is of ${shown(name) || "no project"} ${shown(version)}`.trimEnd(),
    );
  }
  const lines = fields.get("requires-dist") ?? [];
  if (lines.length > MOST_REQUIREMENTS) {
    throw new Error(`it requires more than ${MOST_REQUIREMENTS} projects`);
  }
  const requires = lines.map((line) => {
    try {
      return parseRequirement(line);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`its requirement "${shown(line)}" cannot be read: ${shown(reason)}`, {
        cause: error,
      });
    }
  });
  const [python = ""] = fields.get("requires-python") ?? [];
  const requiresPython = parseSpecifiers(python);
  if (requiresPython === undefined) {
    throw new Error(`the Python that it requires, "${shown(python)}", is no version specifier`);
  }
  return { requires, requiresPython };
}

/** Fields by their names in lower case, as the head of a letter; the body is the description. */
function parseHeaders(text: string): ReadonlyMap<string, readonly string[]> {
  const fields = new Map<string, string[]>();
  let last: string[] | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (line === "") break;
    if (/^[ \t]/.test(line)) {
      const value = last?.pop();
      if (value !== undefined) last?.push(`${value} ${line.trim()}`);
      continue;
    }
    const colon = line.indexOf(":");
    if (colon === -1) continue;
    const name = line.slice(0, colon).toLowerCase();
    last = fields.get(name) ?? [];
    last.push(line.slice(colon + 1).trim());
    fields.set(name, last);
  }
  return fields;
}
