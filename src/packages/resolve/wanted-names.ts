import { listFirst } from "../../count.ts";
import type { Location } from "../../diagnostic.ts";
import { QclockError } from "../../error.ts";
import { nearest } from "../../nearest.ts";
import type { Stack } from "../../stack/stack.ts";
import type { PackageIndex } from "../package-index.ts";
import { assembledImages } from "../../stack/images/assembled-images.ts";

/** A name of the manifest that is no package's, and what to write in its place. */
interface WrongName {
  readonly image: string;
  readonly name: string;
  /** Real packages that provide it; empty when nothing has to do with it. */
  readonly providers: readonly string[];
  readonly suggestion?: string;
  /** Architectures that it exists for, other than the image's; empty when it exists for none. */
  readonly foreign: readonly string[];
  /** Streams of modules that have it and are not enabled; empty when none does. */
  readonly streams: readonly string[];
}

/**
 * Refuse a manifest that asks for packages which no repository has: all of them at once, each at
 * its own place in the list.
 *
 * Throws `unknown-package`.
 */
export function refuseWrongNames(stack: Stack, index: PackageIndex): void {
  const wrong = assembledImages(stack)
    .flatMap((image) =>
      image.packages.flatMap((name) => wrongName(index, { image: image.name, name }) ?? []),
    )
    .toSorted((a, b) => (locate(stack, a)?.offset ?? 0) - (locate(stack, b)?.offset ?? 0));
  const [first] = wrong;
  if (first === undefined) return;
  if (wrong.length === 1) {
    const { code, message, hint } = toError(first);
    throw new QclockError(code, message, { hint, details: placeOf(stack, first) });
  }
  throw new QclockError(
    "unknown-package",
    `The manifest asks for ${wrong.length} packages that no repository has.`,
    {
      details: wrong.map((each) => [...placeOf(stack, each), describe(each)].join(": ")),
      hint: "Correct each name, or take it out.",
    },
  );
}

/** The failure of a name that an image asks for; undefined when a package has it. */
export function errorOfName(
  index: PackageIndex,
  wanted: Pick<WrongName, "image" | "name">,
): QclockError | undefined {
  const wrong = wrongName(index, wanted);
  return wrong === undefined ? undefined : toError(wrong);
}

function wrongName(
  index: PackageIndex,
  { image, name }: Pick<WrongName, "image" | "name">,
): WrongName | undefined {
  if (index.versions(name).length > 0) return undefined;
  const providers = index.providers(name);
  const streams = providers.length > 0 ? [] : (index.hiddenIn?.(name) ?? []);
  const foreign = index.foreignArchitectures?.(name) ?? [];
  const isExplained = [providers, streams, foreign].some((each) => each.length > 0);
  const suggestion = isExplained ? undefined : suggest(index, name);
  return {
    image,
    name,
    providers,
    foreign,
    streams,
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

/** Who writes `glibc.i686`, as for dnf, means a package that has no ending in its name. */
function suggest(index: PackageIndex, name: string): string | undefined {
  const withoutEnding = name.slice(0, Math.max(0, name.lastIndexOf(".")));
  return index.versions(withoutEnding).length > 0 ? withoutEnding : nearest(name, index.names());
}

function toError({ image, name, providers, suggestion, foreign, streams }: WrongName): QclockError {
  if (streams.length > 0) {
    return new QclockError(
      "unknown-package",
      `Image "${image}" asks for the package "${name}", which is in modules alone, and no stream with it is enabled.`,
      { hint: `Add one of them to \`modules\`: ${listNames(streams)}.` },
    );
  }
  if (providers.length > 0) {
    return new QclockError(
      "unknown-package",
      `Image "${image}" asks for "${name}", which is a virtual package.`,
      { hint: `Name one of the packages that provide it: ${listNames(providers)}.` },
    );
  }
  if (foreign.length > 0) {
    return new QclockError(
      "unknown-package",
      `Image "${image}" asks for the package "${name}", which the repositories have for ${listNames(foreign)} alone.`,
      {
        hint: "Leave it out, or make the image for another kind of machine (--platform). Where the mirror should have it, the repository that answers may be that of another machine.",
      },
    );
  }
  return new QclockError(
    "unknown-package",
    `Image "${image}" asks for the package "${name}", which no repository has.`,
    { hint: suggestion === undefined ? undefined : `Did you mean "${suggestion}"?` },
  );
}

function describe({ name, providers, suggestion, foreign, streams }: WrongName): string {
  if (streams.length > 0)
    return `"${name}" is in ${listNames(streams)}, which no \`modules\` names`;
  if (providers.length > 0) return `"${name}" is virtual, provided by ${listNames(providers)}`;
  if (foreign.length > 0) return `"${name}" is there for ${listNames(foreign)} alone`;
  return suggestion === undefined ? `"${name}"` : `"${name}", did you mean "${suggestion}"?`;
}

function placeOf(stack: Stack, wrong: WrongName): readonly string[] {
  const place = locate(stack, wrong);
  if (place === undefined) return [];
  return [`${place.file}:${place.line}:${place.column}: image "${wrong.image}"`];
}

/** The name in its list; the image where its place was not kept. */
function locate({ locations }: Stack, { image, name }: WrongName): Location | undefined {
  return locations.get(`images.${image}.packages.${name}`) ?? locations.get(`images.${image}`);
}

const NAMES_SHOWN = 8;

/** Names in a sentence. */
export function listNames(names: readonly string[]): string {
  return listFirst(names, NAMES_SHOWN);
}
