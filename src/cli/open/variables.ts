import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Diagnostic } from "../../diagnostic.ts";
import { QclockError } from "../../error.ts";
import { fail, ok, type Result } from "../../result.ts";
import { definitions, type ResolvedSettings } from "../settings/settings.ts";
import { displayPath, kindOf, type ManifestFiles } from "./manifest-file.ts";
import type { Session } from "./session.ts";

/** The variables that a manifest may name. */
export interface Variables {
  /** The process's own, and those of files that the process lacks. */
  readonly environment: ReadonlyMap<string, string>;
  /** Where those stand that are not the process's own, such as `.env:3` or `--profile`. */
  readonly origins: ReadonlyMap<string, string>;
  /** The files that were read, as messages show them. */
  readonly read: readonly string[];
}

/** The file that is read where none is named. */
const dotenvName = ".env";

/**
 * Read the files of variables: those that are named, else `.env` in the project. They feed the
 * manifest alone; where the Engine is, and by which proxies and mirrors things are fetched, a file
 * of the project must not decide.
 *
 * Throws `usage` for a named file that is not there, `path-outside-project` for a `.env` that is a
 * link out of the project.
 */
export async function readProjectVariables(
  { host, settings, origins: chosen }: Pick<Session, "host" | "settings" | "origins">,
  { path: manifest }: Pick<ManifestFiles, "path">,
): Promise<Result<Variables, readonly Diagnostic[]>> {
  const files =
    settings.envFile.length === 0
      ? await findDotenv(path.dirname(manifest))
      : await Promise.all(settings.envFile.map((file) => readNamed(file, host.workingDirectory)));
  const profiles = chosenProfiles(settings.profile, chosen.get("profile"));
  if (files.length === 0) {
    const own = { environment: host.environment, origins: new Map(), read: [] };
    return ok(withProfiles(own, profiles));
  }
  const { readVariables } = await import("../../manifest/dotenv/read.ts");
  const values = new Map<string, string>();
  const origins = new Map<string, string>();
  const problems: Diagnostic[] = [];
  const lookup = (name: string): string | undefined => host.environment.get(name);
  const earlier = (name: string): string | undefined => values.get(name);
  for (const { file, bytes } of files) {
    const shownPath = displayPath(file, host.workingDirectory);
    const { decodeManifest } = await import("../../manifest/text/encoding.ts");
    const decoded = decodeManifest(bytes, shownPath);
    if (!decoded.ok) return decoded;
    const read = readVariables(
      { text: decoded.value, displayPath: shownPath },
      { lookup, earlier },
    );
    problems.push(...read.problems);
    for (const [name, { value, location }] of read.variables) {
      values.set(name, value);
      origins.set(name, `${location.file}:${location.line}`);
    }
  }
  if (problems.length > 0) return fail(problems);
  for (const name of host.environment.keys()) origins.delete(name);
  const all = {
    environment: new Map([...values, ...host.environment]),
    origins,
    read: files.map(({ file }) => displayPath(file, host.workingDirectory)),
  };
  return ok(withProfiles(all, profiles));
}

/** Profiles that a flag or the user's configuration names, which go before the variable. */
interface ChosenProfiles {
  readonly names: readonly string[];
  /** `--profile`, or where the user's configuration has them. */
  readonly from: string;
}

function chosenProfiles(
  names: readonly string[],
  given: ReturnType<ResolvedSettings["origins"]["get"]>,
): ChosenProfiles | undefined {
  if (given === undefined || given.origin === "default" || given.origin === "variable")
    return undefined;
  return { names, from: given.from };
}

/**
 * Chosen profiles are in the variable that says the same, so that what a manifest has in
 * `${QCLOCK_PROFILES:+…}` does not depend on the way in which they are chosen.
 */
function withProfiles(variables: Variables, chosen: ChosenProfiles | undefined): Variables {
  if (chosen === undefined) return variables;
  const { variable } = definitions.profile;
  return {
    ...variables,
    environment: new Map([...variables.environment, [variable, chosen.names.join(",")]]),
    origins: new Map([...variables.origins, [variable, chosen.from]]),
  };
}

interface VariableFile {
  /** Absolute. */
  readonly file: string;
  readonly bytes: Buffer;
}

async function findDotenv(project: string): Promise<readonly VariableFile[]> {
  const file = path.join(project, dotenvName);
  // A folder of that name is somebody else's; a link is looked at by the path jail.
  if ((await kindOf(file)) !== "file") return [];
  const { readInProject } = await import("../../project/open.ts");
  const bytes = await readInProject(project, file);
  return bytes === undefined ? [] : [{ file, bytes }];
}

/** What the user names may lie anywhere. */
async function readNamed(named: string, workingDirectory: string): Promise<VariableFile> {
  const file = path.resolve(workingDirectory, named);
  try {
    return { file, bytes: await readFile(file) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new QclockError("usage", `The file of variables ${named} cannot be read: ${reason}.`, {
      cause: error,
      hint: "--env-file takes the path of a file of NAME=value lines.",
    });
  }
}
