import type { InstalledPackage } from "../packages/deb/dpkg-database.ts";
import { type Effect, effectsOf } from "../packages/deb/script/effects.ts";

/** How much a notice means: `warning` when a program, a library, a configuration or data may lack. */
export type NoticeLevel = "info" | "warning";

/** Packages for whose scripts a finish step or the merged folders stand as a whole; of all others each effect is looked at. */
const REPLAYED = new Set([
  "base-files",
  "base-passwd",
  "ca-certificates",
  "debianutils",
  "dpkg",
  "libc-bin",
  "libc6",
  "mariadb-common",
  "mysql-common",
  "tzdata",
  "usrmerge",
]);

/** Effects of one package that a notice names. */
const SHOWN = 4;

/**
 * Say once for each level what packages' scripts would have made and what is not in the image: nothing of them is run, and not all
 * is replayed. `isPresent` tells whether the image has a path, without a leading slash.
 */
export function reportScripts(
  {
    image,
    installed,
    isPresent,
  }: {
    readonly image: string;
    readonly installed: readonly Pick<InstalledPackage, "name" | "controlFiles">[];
    readonly isPresent: (path: string) => boolean;
  },
  onNotice: (message: string, level: NoticeLevel) => void,
): void {
  const left = installed.flatMap(({ name, controlFiles }) => {
    if (REPLAYED.has(name)) return [];
    const effects = [
      ...effectsOf(controlFiles.get("preinst") ?? "", "install"),
      ...effectsOf(controlFiles.get("postinst") ?? "", "configure"),
    ].filter((effect) => isLeft(effect, isPresent));
    return effects.length === 0 ? [] : [{ name, effects }];
  });
  const describe = (grade: Effect["grade"]): string =>
    left
      .map(({ name, effects }) => ({ name, texts: textsOf(effects, grade) }))
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

/** What is there was made by something else; an owner of what is not there is part of what would have made it. */
function isLeft({ path, isChange }: Effect, isPresent: (path: string) => boolean): boolean {
  return path === undefined || isPresent(path.slice(1)) === isChange;
}

function textsOf(effects: readonly Effect[], grade: Effect["grade"]): readonly string[] {
  const texts = effects.filter((effect) => effect.grade === grade).map(({ text }) => text);
  const rest = texts.length - SHOWN;
  return rest > 1 ? [...texts.slice(0, SHOWN), `and ${rest} more`] : texts;
}
