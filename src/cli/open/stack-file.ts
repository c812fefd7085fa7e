import path from "node:path";
import type { Diagnostic } from "../../diagnostic.ts";
import { QclockError } from "../../error.ts";
import type { LoadedManifest } from "../../manifest/load.ts";
import type { SourceText } from "../../manifest/text/source.ts";
import { fail, ok, type Result } from "../../result.ts";
import type { Stack } from "../../stack/stack.ts";
import type { Architecture, OsName } from "../../os.ts";
import { findActivationProblems } from "../../stack/profiles.ts";
import { parsePairs } from "../../stack/values.ts";
import type { Store } from "../../store/store.ts";
import { locateInProject } from "../../project/locate.ts";
import { activateServices } from "./activation.ts";
import { readEnvFiles } from "./env-files.ts";
import { displayPath, type ManifestFiles } from "./manifest-file.ts";
import { readManifest } from "./manifest-text.ts";
import { chooseOs, sayChoice, sayRunning, wantedOs } from "../settings/os-choice.ts";
import type { Session } from "./session.ts";
import {
  readTextFile,
  recallStack,
  rememberStack,
  type StackKey,
  type StackLookups,
} from "./stack-note.ts";
import { learnVariables } from "./secret-names.ts";
import { withEngineSocket } from "./engine-socket.ts";
import { readProjectVariables } from "./variables.ts";
import { WatchedEnvironment } from "./watched-environment.ts";
import { build } from "../process/version.ts";

/** A stack, and the variables that its manifest and its secrets may name. */
export interface LoadedStack {
  readonly stack: Stack;
  readonly environment: ReadonlyMap<string, string>;
}

/**
 * From the manifest's files to the desired state: read it, look up what it points at, resolve it.
 */
export async function loadStack(options: {
  readonly session: Session;
  readonly files: ManifestFiles;
  readonly architecture: Architecture;
  /**
   * `made`: what a container is made from has to be complete, files of variables and active
   * dependencies included. `found`: the command works with the containers that there are, and goes
   * on without.
   */
  readonly containers: "made" | "found";
  /** Services that the command line names: their profiles are active. */
  readonly services?: readonly string[];
  /**
   * Whether packages for an OS can be had, for `--os auto`; absent: nobody is asked, and it means
   * the first of the list.
   */
  readonly answers?: (os: OsName, manifestMirror: string | undefined) => Promise<boolean>;
  /**
   * The OS that a stack runs on, for where none is asked for and the manifest lists several;
   * absent: the first of the list is taken.
   */
  readonly runsOn?: (stackName: string) => Promise<string | undefined>;
  /** Where stacks that were resolved before are remembered; absent: none is. */
  readonly store?: Store;
}): Promise<Result<LoadedStack, readonly Diagnostic[]>> {
  const variables = await readProjectVariables(options.session, options.files);
  if (!variables.ok) return variables;
  const { environment } = await withEngineSocket(variables.value, options.session);
  const resolved = await loadWith({ ...options, environment });
  if (!resolved.ok) return resolved;
  const { session, services = [], containers } = options;
  const stack = activateServices(session, { stack: resolved.value, environment, services });
  if (containers === "found") return ok({ stack, environment });
  const problems = findActivationProblems(stack, services.length === 0 ? undefined : services);
  if (problems.length > 0) return fail(problems);
  const complete = await readEnvironments(session, { stack, environment });
  return complete.ok ? ok({ stack: complete.value, environment }) : complete;
}

/** The stack with what the files of variables of its services hold. */
async function readEnvironments(
  session: Session,
  { stack, environment }: LoadedStack,
): Promise<Result<Stack, readonly Diagnostic[]>> {
  const texts = await readEnvFiles(stack, session.host.workingDirectory);
  if (!texts.ok) return texts;
  if (![...stack.services.values()].some(({ envFiles }) => envFiles !== undefined))
    return ok(stack);
  const { withEnvFiles } = await import("../../stack/services/env-files.ts");
  const complete = withEnvFiles(stack, { texts: texts.value, environment });
  if (!complete.ok) return complete;
  for (const service of complete.value.services.values())
    learnVariables(session, service.environment);
  return complete;
}

type LoadOptions = Parameters<typeof loadStack>[0] & Pick<LoadedStack, "environment">;

async function loadWith(options: LoadOptions): Promise<Result<Stack, readonly Diagnostic[]>> {
  const { session, files, environment, runsOn } = options;
  const read = await readManifest(files, session.host.workingDirectory);
  if (!read.ok) return read;
  const wanted = wantedOs(session.settings.os, environment);
  const first = await loadFor(options, { sources: read.value, wanted });
  if (!first.ok || wanted !== undefined || runsOn === undefined) return first;
  const { name, otherSystems = [] } = first.value;
  if (otherSystems.length === 0) return first;
  const running = await runsOn(name);
  const other = otherSystems.find((os) => os === running);
  if (other === undefined) return first;
  sayRunning(session.emit, other);
  return await loadFor(options, { sources: read.value, wanted: other });
}

interface Wanted {
  readonly sources: readonly SourceText[];
  /** The OS that is asked for; undefined: the first of the manifest's list. */
  readonly wanted: string | undefined;
}

async function loadFor(
  options: LoadOptions,
  { sources, wanted }: Wanted,
): Promise<Result<Stack, readonly Diagnostic[]>> {
  const { session, files, architecture, store, environment } = options;
  const key: StackKey = {
    build: build ?? "",
    manifestPath: files.path,
    overridePaths: files.overrides,
    sources,
    os: wanted,
    architecture,
    stackName: session.settings.stack,
  };
  // From the sources the code has no digest, and which OS `auto` means is the world's to say.
  if (store === undefined || build === undefined || key.os === "auto") {
    return resolveText(options, { sources, wanted }, emptyLookups());
  }
  const known = await recallStack(key, { environment, store });
  if (known !== undefined) return ok(known);
  const lookups = emptyLookups();
  const resolved = await resolveText(options, { sources, wanted }, lookups);
  if (resolved.ok) await rememberStack(key, resolved.value, { ...lookups, store });
  return resolved;
}

type LookupsSoFar = {
  readonly [Name in keyof StackLookups]: StackLookups[Name] extends ReadonlyMap<infer K, infer V>
    ? Map<K, V>
    : never;
};

function emptyLookups(): LookupsSoFar {
  return {
    variables: new Map(),
    places: new Map(),
    dockerfiles: new Map(),
    requirements: new Map(),
  };
}

async function resolveText(
  { session, files, architecture, answers, environment }: LoadOptions,
  { sources: [main, ...overrides], wanted }: Wanted,
  lookups: LookupsSoFar,
): Promise<Result<Stack, readonly Diagnostic[]>> {
  const { loadManifest } = await import("../../manifest/load.ts");
  const { pathsToLookUp, resolveStack } = await import("../../stack/resolve.ts");
  const request = {
    path: files.path,
    text: "",
    displayPath: files.path,
    ...main,
    overrides,
    environment: new WatchedEnvironment(environment, lookups.variables),
  };
  const read = loadManifest(request);
  learnVariables(session, lookups.variables);
  // A key that is not known says nothing about the others: their references are checked all the
  // same.
  const readable = read.ok ? read : loadManifest({ ...request, ignoreUnknownKeys: true });
  if (!readable.ok) return read.ok ? readable : read;
  const loaded = await renamed(readable.value, session.settings.stack);
  const { manifest } = loaded;
  const os = await chooseOs({
    listed: [manifest.os].flat(),
    wanted,
    answers: async (name) =>
      answers === undefined || (await answers(name, manifest.mirrors?.[name])),
  });
  if (wanted === "auto" && answers !== undefined) {
    sayChoice(session.emit, os, [manifest.os].flat());
  }
  const { places } = lookups;
  await Promise.all(
    pathsToLookUp(loaded).map(async (file) =>
      places.set(file, await locateInProject(loaded.directory, file)),
    ),
  );
  const resolved = resolveStack({
    loaded,
    overridePaths: files.overrides,
    os,
    architecture,
    froms: await readFroms(loaded, lookups.dockerfiles),
    requirements: await readRequirements(loaded, lookups, session.host.workingDirectory),
    locate: (file) => places.get(file) ?? { type: "missing" },
  });
  if (read.ok) return resolved;
  const problems = [...read.error, ...(resolved.ok ? [] : resolved.error)];
  return fail(problems.toSorted((a, b) => loaded.locator.compare(a.location, b.location)));
}

/** `--stack` gives the stack another name, so that the same manifest can run twice side by side. */
async function renamed(loaded: LoadedManifest, name: string | undefined): Promise<LoadedManifest> {
  if (name === undefined) return loaded;
  const { nameSchema } = await import("../../manifest/schema/values.ts");
  const parsed = nameSchema.safeParse(name);
  if (!parsed.success) {
    throw new QclockError("usage", `"${name}" cannot be the name of a stack.`, {
      hint: parsed.error.issues[0]?.message,
    });
  }
  return { ...loaded, manifest: { ...loaded.manifest, name: parsed.data } };
}

/**
 * The images that each Dockerfile's `FROM` and `COPY --from` lines name, by the image's name. A
 * Dockerfile that cannot be read is reported by resolving.
 */
async function readFroms(
  loaded: LoadedManifest,
  texts: Map<string, string>,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const froms = new Map<string, readonly string[]>();
  for (const [name, image] of Object.entries(loaded.manifest.images)) {
    if (image.build === undefined) continue;
    const { parseFroms } = await import("../../build-context/dockerfile.ts");
    const { context, dockerfile, args } =
      typeof image.build === "string"
        ? { context: image.build, dockerfile: "Dockerfile", args: undefined }
        : image.build;
    const file = path.resolve(loaded.directory, context, dockerfile);
    const text = await readTextFile(loaded.directory, file);
    texts.set(file, text);
    froms.set(
      name,
      parseFroms(text, parsePairs(args)).map((from) => from.image),
    );
  }
  return froms;
}

/**
 * The texts of the requirements files that images name, by their real paths. One that cannot be
 * read, is empty or is no UTF-8, is missing, which resolving reports.
 */
async function readRequirements(
  loaded: LoadedManifest,
  { places, requirements }: LookupsSoFar,
  workingDirectory: string,
): Promise<ReadonlyMap<string, SourceText>> {
  const texts = new Map<string, SourceText>();
  for (const { wheels } of Object.values(loaded.manifest.images)) {
    if (wheels === undefined) continue;
    const place = places.get(path.resolve(loaded.directory, wheels));
    if (place?.type !== "file") continue;
    const text = await readTextFile(loaded.directory, place.path);
    requirements.set(place.path, text);
    // The character stands in the place of bytes that are no UTF-8.
    if (text === "" || text.includes("\uFFFD")) continue;
    texts.set(place.path, {
      // A byte order mark is no part of the first line.
      text: text.replace(/^\uFEFF/, ""),
      displayPath: displayPath(place.path, workingDirectory),
    });
  }
  return texts;
}
