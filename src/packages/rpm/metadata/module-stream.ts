/** A build of a stream of a module: a set of packages that belong together. */
export interface ModuleStream {
  readonly name: string;
  readonly stream: string;
  /** Decimal digits, up to 20: compared as `BigInt`. */
  readonly version: string;
  /** Tells builds against different dependencies apart. */
  readonly context: string;
  /** Whether the context is the packager's, and the same for each version. */
  readonly hasStaticContext: boolean;
  readonly architecture: string;
  /** Modules that it needs; of each, streams of which one will do. */
  readonly requires: readonly ModuleRequirement[];
  /** Its packages, each as `name-epoch:version-release.architecture`. */
  readonly artifacts: readonly string[];
  /** Names of packages that once belonged to it and no longer hide others of that name. */
  readonly demodularized: readonly string[];
}

/** A module that another one needs. */
export interface ModuleRequirement {
  readonly module: string;
  /** Streams of which one will do; empty: any. */
  readonly streams: readonly string[];
  /** Streams that will not do. */
  readonly except: readonly string[];
}

const MOST_ITEMS = 100_000;

/**
 * The `data` of a `modulemd` document whose values are all texts. Throws an `Error` when it lacks
 * what makes it a stream, or has what is none.
 */
export function parseModuleStream(data: ReadonlyMap<string, unknown>): ModuleStream {
  const [name, stream] = [toText(data.get("name")), toText(data.get("stream"))];
  const [version, context] = [toText(data.get("version")), toText(data.get("context"))];
  if (![name, stream].every((text) => /^[!-~]{1,128}$/.test(text) && !text.includes(":"))) {
    throw new Error("it names no module and stream");
  }
  if (!/^\d{1,20}$/.test(version)) throw new Error(`the version of ${name}:${stream} is no number`);
  if (!/^[A-Za-z0-9_.+-]{0,64}$/.test(context)) {
    throw new Error(`the context of ${name}:${stream} is no word`);
  }
  return {
    name,
    stream,
    version,
    context,
    hasStaticContext: toText(data.get("static_context")).toLowerCase() === "true",
    architecture: toText(data.get("arch")),
    requires: toRequirements(data.get("dependencies")),
    artifacts: toTexts(toMap(data.get("artifacts")).get("rpms")).map(withEpoch),
    demodularized: toTexts(toMap(data.get("demodularized")).get("rpms")),
  };
}

/** All have to hold, as in dnf: `- requires: { perl: [5.26, 5.30], platform: [-el8] }`. */
function toRequirements(dependencies: unknown): readonly ModuleRequirement[] {
  const sets = Array.isArray(dependencies) ? dependencies : [dependencies];
  return sets.flatMap((set: unknown) =>
    [...toMap(toMap(set).get("requires"))].map(([module, value]) => {
      // The first version of the format has one text there.
      const streams = Array.isArray(value) ? toTexts(value) : toTexts([value]);
      return {
        module,
        streams: streams.filter((each) => !each.startsWith("-")),
        except: streams.filter((each) => each.startsWith("-")).map((each) => each.slice(1)),
      };
    }),
  );
}

/** An artifact without an epoch has epoch 0. */
function withEpoch(artifact: string): string {
  const [, name = "", rest = ""] = /^(.+)-([^-]+-[^-]+)$/.exec(artifact) ?? [];
  return name === "" || rest.includes(":") ? artifact : `${name}-0:${rest}`;
}

/** A mapping by its keys; empty for anything else. */
export function toMap(value: unknown): ReadonlyMap<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return new Map();
  return new Map(Object.entries(value));
}

/** Empty for anything but a text. */
export function toText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function toTexts(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  if (value.length > MOST_ITEMS) throw new Error(`a list of it has more than ${MOST_ITEMS} items`);
  return value.map(toText).filter((text) => /^[!-~]{1,512}$/.test(text));
}
