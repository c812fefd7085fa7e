import type { UnreplayedEffect, UnreplayedScripts } from "../packages/installation.ts";

/**
 * How much a notice means: `warning` when a program, a library, a configuration or data may lack.
 */
export type NoticeLevel = "info" | "warning";

/** Effects of one package that a notice names. */
const SHOWN = 4;

/**
 * Say once for each level what packages' scripts would have made and what is not in the image:
 * nothing of them is run.
 */
export function reportScripts(
  image: string,
  left: readonly UnreplayedScripts[],
  onNotice: (message: string, level: NoticeLevel) => void,
): void {
  const describe = (grade: UnreplayedEffect["grade"]): string =>
    left
      .map(({ package: name, effects }) => ({ name, texts: textsOf(effects, grade) }))
      .filter(({ texts }) => texts.length > 0)
      .map(({ name, texts }) => `${name} (${texts.join(", ")})`)
      .join("; ");
  const missing = describe("missing");
  if (missing !== "") {
    onNotice(
      `Image "${image}": scripts of packages are not run, and these effects are not replayed: ${missing}. What is needed of them has to come with the image's files.`,
      "warning",
    );
  }
  const caches = describe("cache");
  if (caches !== "") {
    onNotice(`Image "${image}": no script updates ${caches}; most programs do without.`, "info");
  }
}

function textsOf(
  effects: readonly UnreplayedEffect[],
  grade: UnreplayedEffect["grade"],
): readonly string[] {
  const texts = effects.filter((effect) => effect.grade === grade).map(({ text }) => text);
  const rest = texts.length - SHOWN;
  return rest > 1 ? [...texts.slice(0, SHOWN), `and ${rest} more`] : texts;
}
