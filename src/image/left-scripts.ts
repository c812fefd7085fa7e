import { QclockError } from "../error.ts";
import type { Digest } from "../digest.ts";
import type { LeftScript } from "../packages/installation.ts";
import type { LeftEffect } from "../packages/scripts/undone/left-effect.ts";
import type { AssembledImage } from "../stack/stack.ts";
import type { Store } from "../store/store.ts";

/**
 * How much a notice means: `warning` when a program, a library, a configuration or data may lack.
 */
export type NoticeLevel = "info" | "warning";

/** Effects of one script that a notice names. */
const SHOWN = 4;

/** Which scripts of the packages of a layer were undone: a note in the store. */
const LEFT_SCRIPTS = "left-scripts";

export async function rememberLeftScripts(
  layer: Digest,
  left: readonly LeftScript[],
  store: Store,
): Promise<void> {
  await store.writeNote(LEFT_SCRIPTS, layer, left);
}

/** Undefined when it is not known, as of a layer that was not made here. */
export async function recallLeftScripts(
  layer: Digest,
  store: Store,
): Promise<readonly LeftScript[] | undefined> {
  const note = await store.readNote(LEFT_SCRIPTS, layer);
  // The store is the user's own; its notes' shape alone is looked at.
  return Array.isArray(note) ? (note as readonly LeftScript[]) : undefined;
}

/** An image, and what is done with scripts of its packages that cannot be interpreted. */
type OfImage = Pick<AssembledImage, "name" | "scripts">;

/**
 * Tell of each script of which nothing is in the image, with what is missing because of it, and
 * where scripts are run why it was not.
 */
export function reportLeftScripts(
  image: OfImage,
  left: readonly LeftScript[],
  onNotice: (message: string, level: NoticeLevel) => void,
): void {
  for (const script of withoutEffect(image, left)) {
    const level = gradeOf(script) === "missing" ? "warning" : "info";
    onNotice(`Image "${image.name}": ${describeFor(image, script)}`, level);
  }
}

/** The scripts of which nothing is in the image: where scripts are run, those that cannot be. */
function withoutEffect({ scripts }: OfImage, left: readonly LeftScript[]): readonly LeftScript[] {
  return scripts === "run" ? left.filter(({ call }) => call === undefined) : left;
}

function describeFor({ scripts }: OfImage, left: LeftScript): string {
  const { package: name, script, notRun } = left;
  const undone = describeLeftScript(left);
  if (scripts !== "run" || notRun === undefined) return undone;
  return `${undone} The ${script} of ${name} cannot be run in a container: ${notRun}.`;
}

/** Throws `script-undone` for the first of the scripts of which nothing is in the image. */
export function refuseLeftScripts(image: OfImage, all: readonly LeftScript[]): void {
  const left = withoutEffect(image, all);
  const [first, ...others] = left;
  if (first === undefined) return;
  const more = others.length === 0 ? "" : ` ${others.length} more were undone, too.`;
  throw new QclockError(
    "script-undone",
    `Image "${image.name}" has \`strict_scripts\`, and ${describeFor(image, first)}${more}`,
    {
      hint: "Leave the package out, bring what its script would have made with the image's files and drop `strict_scripts`, or answer its questions under `debconf`.",
    },
  );
}

/** In sentences, the first of which goes on after a colon. */
export function describeLeftScript(left: LeftScript): string {
  const { package: name, script, reason, effects, place } = left;
  const of = place?.script === undefined ? "" : ` of ${place.script}`;
  const line = place === undefined ? "" : ` in line ${place.line}${of}`;
  const undone = `the ${script} of ${name} was undone, because${line} ${reason}.`;
  const texts = textsOf(effects);
  switch (gradeOf(left)) {
    case "missing":
      return `${undone} Missing: ${texts.join(", ")}. What is needed of that has to come with the image's files.`;
    case "cache":
      return `${undone} It would have updated ${texts.join(", ")}; most programs do without.`;
    case "nothing":
      return `${undone} Nothing is known to be missing.`;
  }
}

function gradeOf({ effects }: LeftScript): LeftEffect["grade"] | "nothing" {
  if (effects.length === 0) return "nothing";
  return effects.some(({ grade }) => grade === "missing") ? "missing" : "cache";
}

function textsOf(effects: readonly LeftEffect[]): readonly string[] {
  const texts = effects.map(({ text }) => text);
  const rest = texts.length - SHOWN;
  return rest > 1 ? [...texts.slice(0, SHOWN), `and ${rest} more`] : texts;
}
