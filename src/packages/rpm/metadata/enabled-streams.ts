import { QclockError } from "../../../error.ts";
import { compareTexts } from "../../../order.ts";
import type { ModuleRequirement, ModuleStream } from "./module-stream.ts";

/** The modules of all repositories, and which of them are asked for. */
export interface EnableRequest {
  /** As `php:8.2`. */
  readonly modules: readonly string[];
  readonly streams: readonly ModuleStream[];
  readonly defaults: ReadonlyMap<string, string>;
  /** What streams name as `platform`, such as `el9`. */
  readonly platform: string;
}

/**
 * The builds of the streams that are enabled: those asked for, those that are a default, and those
 * that these need. Of builds against different dependencies the newest one counts whose
 * dependencies are there, in all its versions, as in dnf. A default whose dependencies are not
 * there, or could be met by several streams equally well, is not enabled: of the latter dnf takes
 * one.
 *
 * Throws `unknown-package` for a stream that no repository has, `unresolvable-packages` for one
 * whose dependencies cannot be met, or by several streams equally well.
 */
export function enabledStreams(request: EnableRequest): readonly ModuleStream[] {
  const asked = request.modules.map(toAsked);
  let chosen: Chosen = new Map();
  for (const { module, stream } of asked) {
    const other = asked.find((each) => each.module === module && each.stream !== stream);
    if (other !== undefined) throw twoStreams(module, [stream, other.stream]);
  }
  const enabler = new Enabler(request, new Map(asked.map((each) => [each.module, each.stream])));
  for (const { module, stream } of asked) chosen = enabler.enable(module, stream, chosen);
  for (const [module, stream] of [...request.defaults].toSorted(([a], [b]) => compareTexts(a, b))) {
    if (chosen.has(module)) continue;
    try {
      chosen = enabler.enable(module, stream, chosen);
    } catch (error) {
      if (!(error instanceof QclockError)) throw error;
    }
  }
  return [...chosen.values()].flat();
}

/** By module, the builds of its stream that are enabled. */
type Chosen = ReadonlyMap<string, readonly ModuleStream[]>;

/** More modules in a row need each other nowhere. */
const MOST_DEPTH = 64;

/** Builds that are tried in all: each that fails leads to others. */
const MOST_TRIES = 10_000;

class Enabler {
  readonly #request: EnableRequest;
  readonly #asked: ReadonlyMap<string, string>;
  readonly #byModule: ReadonlyMap<string, readonly ModuleStream[]>;
  #tries = 0;

  constructor(request: EnableRequest, asked: ReadonlyMap<string, string>) {
    this.#request = request;
    this.#asked = asked;
    this.#byModule = Map.groupBy(request.streams, ({ name }) => name);
  }

  /** What is enabled with a stream and all that it needs; `chain` is why. */
  enable(module: string, stream: string, chosen: Chosen, chain: readonly string[] = []): Chosen {
    const title = `${module}:${stream}`;
    const present = chosen.get(module);
    if (present !== undefined) {
      if (present[0]?.stream === stream) return chosen;
      throw twoStreams(module, [present[0]?.stream ?? "", stream], chain);
    }
    if (chain.length > MOST_DEPTH) throw unmet(chain, `more than ${MOST_DEPTH} need each other`);
    const builds = this.#streamsOf(module).filter((each) => each.stream === stream);
    if (builds.length === 0) throw this.#missing(module, stream, chain);
    const { platform } = this.#request;
    const usable = builds.filter(({ requires }) => requires.every((each) => isFor(each, platform)));
    if (usable.length === 0) throw unmet([...chain, title], `it is not for ${platform}`);
    let failure: QclockError | undefined;
    for (const group of groupsOf(usable)) {
      this.#tries += 1;
      if (this.#tries > MOST_TRIES) throw unmet([...chain, title], "too many builds were tried");
      const [newest] = group;
      let attempt: Chosen = new Map([...chosen, [module, group]]);
      try {
        for (const requirement of newest?.requires ?? [])
          attempt = this.#require(requirement, attempt, [...chain, title]);
        return attempt;
      } catch (error) {
        if (!(error instanceof QclockError)) throw error;
        failure ??= error;
      }
    }
    throw failure ?? unmet([...chain, title], "it has no builds");
  }

  #require(needed: ModuleRequirement, chosen: Chosen, chain: readonly string[]): Chosen {
    const { module } = needed;
    if (module === PLATFORM) return chosen;
    const given = chosen.get(module)?.[0]?.stream ?? this.#asked.get(module);
    if (given !== undefined) {
      if (fits(needed, given)) return this.enable(module, given, chosen, chain);
      throw unmet(chain, `it needs ${formatNeed(needed)}, and ${module}:${given} is enabled`);
    }
    const known = [...new Set(this.#streamsOf(module).map((each) => each.stream))];
    const fitting = known.filter((stream) => fits(needed, stream)).toSorted(compareTexts);
    const usual = this.#request.defaults.get(module);
    if (usual !== undefined && fitting.includes(usual))
      return this.enable(module, usual, chosen, chain);
    const [only, second] = fitting;
    if (only === undefined)
      throw unmet(chain, `it needs ${formatNeed(needed)}, which no repository has`);
    if (second === undefined) return this.enable(module, only, chosen, chain);
    throw unmet(
      chain,
      `it needs ${formatNeed(needed)}, and there are several`,
      `Add one of them to \`modules\`: ${fitting.map((each) => `${module}:${each}`).join(", ")}.`,
    );
  }

  #streamsOf(module: string): readonly ModuleStream[] {
    return this.#byModule.get(module) ?? [];
  }

  #missing(module: string, stream: string, chain: readonly string[]): QclockError {
    const streams = [...new Set(this.#streamsOf(module).map((each) => each.stream))];
    const [of, known] =
      streams.length > 0 ? [` of ${module}`, streams] : ["", [...this.#byModule.keys()]];
    const kind = streams.length > 0 ? "streams" : "modules";
    return new QclockError(
      "unknown-package",
      `No repository has the stream ${module}:${stream}${neededBy(chain)}.`,
      {
        hint:
          known.length === 0
            ? "The repositories have no modules at all."
            : `The ${kind}${of} that exist: ${listed(known.toSorted(compareTexts))}.`,
      },
    );
  }
}

/**
 * Builds that were made against the same modules, the newest first; the group with the newest
 * build comes first.
 */
function groupsOf(builds: readonly ModuleStream[]): readonly (readonly ModuleStream[])[] {
  const groups = Map.groupBy(builds, ({ hasStaticContext, context, requires }) =>
    hasStaticContext
      ? context
      : JSON.stringify(requires.filter(({ module }) => module !== PLATFORM)),
  );
  return [...groups.values()]
    .map((group) => group.toSorted(newestFirst))
    .toSorted(([a], [b]) => (a === undefined || b === undefined ? 0 : newestFirst(a, b)));
}

function newestFirst(a: ModuleStream, b: ModuleStream): number {
  const [one, other] = [BigInt(a.version), BigInt(b.version)];
  if (one !== other) return one > other ? -1 : 1;
  return compareTexts(a.context, b.context);
}

/** What streams call the system that they are for. */
const PLATFORM = "platform";

function isFor(needed: ModuleRequirement, platform: string): boolean {
  return needed.module !== PLATFORM || fits(needed, platform);
}

function fits({ streams, except }: ModuleRequirement, stream: string): boolean {
  return (streams.length === 0 || streams.includes(stream)) && !except.includes(stream);
}

function toAsked(text: string): { readonly module: string; readonly stream: string } {
  const [module = "", stream = "", ...rest] = text.split(":");
  if (module !== "" && stream !== "" && rest.length === 0) return { module, stream };
  throw new QclockError("unknown-package", `"${text}" is no stream of a module.`, {
    hint: "Name the module and its stream, such as php:8.2.",
  });
}

function formatNeed({ module, streams, except }: ModuleRequirement): string {
  if (streams.length > 0) return streams.map((stream) => `${module}:${stream}`).join(" or ");
  return except.length === 0 ? module : `${module} but not ${except.join(", ")}`;
}

function neededBy(chain: readonly string[]): string {
  const last = chain.at(-1);
  return last === undefined ? "" : `, which ${last} needs`;
}

const SHOWN = 20;

function listed(names: readonly string[]): string {
  const more = names.length - SHOWN;
  return more > 0 ? `${names.slice(0, SHOWN).join(", ")} and ${more} more` : names.join(", ");
}

function twoStreams(
  module: string,
  streams: readonly string[],
  chain: readonly string[] = [],
): QclockError {
  return new QclockError(
    "unresolvable-packages",
    `${streams.map((stream) => `${module}:${stream}`).join(" and ")} are asked for${neededBy(chain)}, and a module has one stream at a time.`,
    { hint: "Leave one of them in `modules`." },
  );
}

function unmet(chain: readonly string[], why: string, hint?: string): QclockError {
  const title = chain.at(-1) ?? "";
  return new QclockError(
    "unresolvable-packages",
    `The stream ${title} cannot be enabled: ${why}.`,
    {
      details: chain.length > 1 ? [chain.join(" needs ")] : [],
      hint: hint ?? "Ask for another stream in `modules`.",
    },
  );
}
