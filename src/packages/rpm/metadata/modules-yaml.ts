import { setImmediate as nextTurn } from "node:timers/promises";
import { type MemoryTally, TEXT_BYTES } from "./memory-tally.ts";
import { parseModuleStream, type ModuleStream, toMap, toText } from "./module-stream.ts";

/** What `modules.yaml` says of the modules of a repository. */
export interface ModulesFile {
  readonly streams: readonly ModuleStream[];
  /** The stream that is taken where nobody names one, by module; most modules have none. */
  readonly defaults: ReadonlyMap<string, string>;
  /** What was passed over, and why, a sentence each. */
  readonly notes: readonly string[];
}

/** Unpacked: those of Enterprise Linux are some megabytes. */
export const LARGEST_MODULES_FILE = 64 * 1024 ** 2;
const LARGEST_DOCUMENT = 1024 ** 2;
/**
 * Of line ends and signs that begin a value: the library makes four kilobytes of each. Documents
 * that were seen have some thousands.
 */
const MOST_VALUES = 40_000;
/** Of the text: then others get a turn. */
const TURN_LENGTH = 256 * 1024;
const MOST_DOCUMENTS = 100_000;
const MOST_NOTES = 20;

/**
 * Read `modules.yaml`, every value as the text that it is written as: streams look like numbers
 * (5.30, 2.10), contexts like powers of ten (105e7182), and versions do not fit into a number.
 *
 * A document that cannot be read, or says something else of a stream than an earlier one, is passed
 * over with a note: real repositories have such, and of their other modules all is well. Throws an
 * `Error` for a file that is larger than any, or takes too much memory, and the signal's reason.
 *
 * Source: libmodulemd's yaml_specs, modulemd_stream_v2 and modulemd_defaults_v1.
 */
export async function parseModules(
  text: string,
  { memory, signal }: { readonly memory: MemoryTally; readonly signal: AbortSignal },
): Promise<ModulesFile> {
  // Loaded here: most repositories have no modules.
  const yaml = await import("yaml");
  const streams = new Map<string, ModuleStream>();
  const defaults = new Map<string, string>();
  const notes = new Set<string>();
  let [count, length] = [0, 0];
  for (const document of documentsOf(text)) {
    signal.throwIfAborted();
    length += document.length;
    if (length > TURN_LENGTH) {
      length = 0;
      await nextTurn();
    }
    count += 1;
    if (count > MOST_DOCUMENTS) throw new Error(`it has more than ${MOST_DOCUMENTS} documents`);
    // Obsoletes, translations and packagers' own documents decide nothing here.
    if (!/^document:[ \t]*["']?modulemd(?:-defaults)?["']?[ \t]*$/m.test(document)) continue;
    let added: ModuleStream | undefined;
    try {
      if (document.length > LARGEST_DOCUMENT || countValues(document) > MOST_VALUES) {
        throw new Error("it is too large");
      }
      const value: unknown = yaml.parse(document, {
        schema: "failsafe",
        maxAliasCount: 0,
        // To compare each key with all before it takes an hour of a document of keys alone.
        uniqueKeys: false,
        prettyErrors: false,
        // Real documents end quoted texts where the library does not expect it, and libyaml does.
        logLevel: "silent",
      });
      added = read(value, { streams, defaults, notes });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      notes.add(`document ${count} of modules.yaml is passed over: ${firstLine(error.message)}`);
    }
    if (added !== undefined) memory.keep(memoryOf(added));
  }
  const all = [...notes];
  const more = all.length - MOST_NOTES;
  const told = more > 0 ? [...all.slice(0, MOST_NOTES), `and ${more} more of its documents`] : all;
  return { streams: [...streams.values()], defaults, notes: told };
}

function countValues(document: string): number {
  let count = 0;
  for (const _ of document.matchAll(/[\n,:?[{]/g)) count += 1;
  return count;
}

/**
 * What a stream takes, with what is made of each of its packages when it is filtered by: in sets
 * and maps by its name and by its version.
 */
export function memoryOf({ artifacts, demodularized, requires }: ModuleStream): number {
  const texts = [
    ...demodularized,
    ...requires.flatMap(({ module, streams, except }) => [module, ...streams, ...except]),
  ];
  return (
    10 * TEXT_BYTES +
    artifacts.reduce((sum, each) => sum + 4 * each.length + 8 * TEXT_BYTES, 0) +
    texts.reduce((sum, each) => sum + each.length + 2 * TEXT_BYTES, 0)
  );
}

/** The texts between the lines `---` and `...`. */
function* documentsOf(text: string): Generator<string> {
  let start = 0;
  for (const { index, 0: line } of text.matchAll(/^(?:---|\.\.\.)[ \t]*(?:#.*)?\r?$/gm)) {
    if (index > start) yield text.slice(start, index);
    start = index + line.length;
  }
  yield text.slice(start);
}

/** The stream that was added; undefined where none was. */
function read(
  value: unknown,
  into: {
    readonly streams: Map<string, ModuleStream>;
    readonly defaults: Map<string, string>;
    readonly notes: Set<string>;
  },
): ModuleStream | undefined {
  const document = toMap(value);
  const data = toMap(document.get("data"));
  if (document.get("document") === "modulemd-defaults") {
    const [module, stream] = [toText(data.get("module")), toText(data.get("stream"))];
    // Defaults may only name profiles.
    if (module !== "" && stream !== "") into.defaults.set(module, stream);
    return undefined;
  }
  const stream = parseModuleStream(data);
  const { name, version, context, architecture } = stream;
  const key = [name, stream.stream, version, context, architecture].join(":");
  const earlier = into.streams.get(key);
  if (earlier === undefined) {
    into.streams.set(key, stream);
    return stream;
  }
  if (JSON.stringify(earlier) !== JSON.stringify(stream)) {
    into.notes.add(
      `modules.yaml says two things of ${name}:${stream.stream}, version ${version}, context ${context}: the first one counts`,
    );
  }
  return undefined;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]?.slice(0, 120) ?? "";
}
