import { createHash } from "node:crypto";
import path from "node:path";
import { locateInProject } from "../../project/locate.ts";
import type { SourceText } from "../../manifest/text/source.ts";
import type { Place } from "../../project/place.ts";
import type { Stack } from "../../stack/stack.ts";
import { fromPlain, toPlain } from "../../store/plain.ts";
import type { Store } from "../../store/store.ts";
import { mayBeSecret } from "./secret-names.ts";

const NOTE = "stack";

/** Everything that resolving a manifest depends on, but for what it looks up on the way. */
export interface StackKey {
  /** Digest of qclock's own code: another build may resolve the same text to something else. */
  readonly build: string;
  readonly manifestPath: string;
  readonly overridePaths: readonly string[];
  /** The texts of the manifest's files, in order. */
  readonly sources: readonly SourceText[];
  readonly os: string | undefined;
  readonly architecture: string;
  /** The name that `--stack` gives. */
  readonly stackName: string | undefined;
}

/** What resolving looked up. */
export interface StackLookups {
  /** Variables that the manifest names, with their values: absent ones count as well. */
  readonly variables: ReadonlyMap<string, string | undefined>;
  /** What each path of the manifest leads to. */
  readonly places: ReadonlyMap<string, Place>;
  /** Text of each Dockerfile, by its path; empty when it cannot be read. */
  readonly dockerfiles: ReadonlyMap<string, string>;
  /** Text of each requirements file, by its real path; empty when it cannot be read. */
  readonly requirements: ReadonlyMap<string, string>;
}

interface StackNote {
  readonly unset: readonly string[];
  readonly set: ReadonlyMap<string, string>;
  readonly places: ReadonlyMap<string, string>;
  readonly dockerfiles: ReadonlyMap<string, string>;
  readonly requirements: ReadonlyMap<string, string>;
  readonly stack: Stack;
}

/**
 * The stack that the same manifest gave before, when nothing that it looked at has changed. Parsing
 * YAML with the schema is the longest part of a command that has nothing to do.
 */
export async function recallStack(
  key: StackKey,
  { environment, store }: { environment: ReadonlyMap<string, string>; store: Store },
): Promise<Stack | undefined> {
  const note = fromPlain(await store.readNote(NOTE, digestOf(JSON.stringify(key))));
  if (!isStackNote(note)) return undefined;
  if (note.unset.some((name) => environment.has(name))) return undefined;
  if ([...note.set].some(([name, value]) => environment.get(name) !== value)) return undefined;
  const project = path.dirname(key.manifestPath);
  const isSame = await Promise.all([
    ...[...note.places].map(
      async ([file, place]) => JSON.stringify(await locateInProject(project, file)) === place,
    ),
    ...[...note.dockerfiles, ...note.requirements].map(
      async ([file, digest]) => digestOf(await readTextFile(project, file)) === digest,
    ),
  ]);
  return isSame.every(Boolean) ? note.stack : undefined;
}

/**
 * Remember a stack. One that holds the value of a variable which may be a secret is not: it would
 * lie on the disk.
 */
export async function rememberStack(
  key: StackKey,
  stack: Stack,
  { variables, places, dockerfiles, requirements, store }: StackLookups & { readonly store: Store },
): Promise<void> {
  const unset = [...variables].flatMap(([name, value]) => (value === undefined ? [name] : []));
  const set = [...variables].flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  if (set.some(([name, value]) => mayBeSecret(name, value))) return;
  const note: StackNote = {
    unset,
    set: new Map(set),
    places: new Map([...places].map(([file, place]) => [file, JSON.stringify(place)])),
    dockerfiles: new Map([...dockerfiles].map(([file, text]) => [file, digestOf(text)])),
    requirements: new Map([...requirements].map(([file, text]) => [file, digestOf(text)])),
    stack,
  };
  await store.writeNote(NOTE, digestOf(JSON.stringify(key)), toPlain(note));
}

/**
 * The text of a Dockerfile or of a requirements file, as far as resolving needs it; empty when it
 * cannot be read, which resolving or building reports.
 */
export async function readTextFile(project: string, file: string): Promise<string> {
  // Loaded here: most stacks have neither.
  const { readInProject } = await import("../../project/open.ts");
  const bytes = await readInProject(project, file).catch(() => undefined);
  return bytes === undefined ? "" : bytes.toString("utf8");
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** The store's own note, written by this build; one that was cut short does not parse. */
function isStackNote(note: unknown): note is StackNote {
  return (
    typeof note === "object" &&
    note !== null &&
    "unset" in note &&
    Array.isArray(note.unset) &&
    "set" in note &&
    note.set instanceof Map &&
    "stack" in note
  );
}
