import { listFirst } from "../../count.ts";
import { compareTexts } from "../../order.ts";
import { shown } from "../../archive/name.ts";
import type { Store } from "../../store/store.ts";
import { digestOf } from "../../packages/canonical-json.ts";
import type { NoticeLevel } from "../left-scripts.ts";
import type { Layer } from "../layers/layer.ts";

/** Something that a file of an image needs and that no layer of it has. */
export interface UnmetNeed {
  /** Of the file, without a leading slash. */
  readonly path: string;
  readonly kind: "library" | "interpreter" | "command";
  /** Name of a library or a command, or an interpreter's absolute path. */
  readonly needs: string;
  /** The package that brings it, where that is known. */
  readonly package?: string;
}

/** Files, and packages, that a sentence names. */
const SHOWN = 4;

/** What was found: of the topmost of some layers, or of all of an image's own. */
const kinds = { layer: "layer-needs", image: "image-needs" } as const;

export async function rememberUnmetNeeds(
  kind: keyof typeof kinds,
  layers: readonly Pick<Layer, "diffId">[],
  { needs, store }: { readonly needs: readonly UnmetNeed[]; readonly store: Store },
): Promise<void> {
  await store.writeNote(kinds[kind], keyOf(layers), needs);
}

/** Undefined when it is not known, as of an image that was not made here. */
export async function recallUnmetNeeds(
  kind: keyof typeof kinds,
  layers: readonly Pick<Layer, "diffId">[],
  store: Store,
): Promise<readonly UnmetNeed[] | undefined> {
  const note = await store.readNote(kinds[kind], keyOf(layers));
  // The store is the user's own; its notes' shape alone is looked at.
  return Array.isArray(note) ? (note as readonly UnmetNeed[]) : undefined;
}

/**
 * What is missing, a sentence for each kind, which goes on after a colon. A warning where a program
 * that is found by its name ends at once, or one that is started needs a command.
 */
export function describeUnmetNeeds(
  needs: readonly UnmetNeed[],
): readonly { readonly text: string; readonly level: NoticeLevel }[] {
  const of = (kind: UnmetNeed["kind"]): readonly UnmetNeed[] =>
    needs
      .filter((need) => need.kind === kind)
      .map((need) => ({ ...need, path: shown(need.path), needs: shown(need.needs) }));
  const libraries = of("library");
  const [programs, others] = [libraries.filter(isProgram), libraries.filter((n) => !isProgram(n))];
  return [
    ...commandLines(of("command")),
    ...lines(programs, { level: "warning", verb: "lacks" }),
    ...lines(others, { level: "info", verb: "lacks" }),
    ...interpreterLines(of("interpreter")),
  ];
}

type Line = ReturnType<typeof describeUnmetNeeds>[number];

/** Whether a file is a program that is found by its name. */
function isProgram({ path }: UnmetNeed): boolean {
  return /^(?:usr\/(?:local\/)?)?s?bin\/[^/]+$/.test(path);
}

function lines(
  needs: readonly UnmetNeed[],
  { level, verb }: { readonly level: NoticeLevel; readonly verb: string },
): readonly Line[] {
  if (needs.length === 0) return [];
  const text = listFirst(
    needs.map(({ path, needs: name }) => `/${path} ${verb} ${name}`),
    SHOWN,
  );
  return [{ level, text: `${text}, which no layer has.` }];
}

/** By the interpreter: many scripts have the same one. */
function interpreterLines(needs: readonly UnmetNeed[]): readonly Line[] {
  const groups = Map.groupBy(needs, (need) => need.needs);
  return [...groups]
    .toSorted(([one], [other]) => compareTexts(one, other))
    .map(([interpreter, scripts]) => {
      const [first] = scripts;
      const bringing = first?.package === undefined ? "" : ` (package ${first.package})`;
      const paths = listFirst(
        scripts.map(({ path }) => `/${path}`),
        SHOWN,
      );
      return {
        level: "info",
        text: `no layer has ${interpreter}${bringing}, the interpreter of ${paths}.`,
      };
    });
}

function commandLines(needs: readonly UnmetNeed[]): readonly Line[] {
  const scripts = Map.groupBy(needs, ({ path }) => path);
  return [...scripts].map(([path, missing]) => {
    const names = missing.map((need) => need.needs);
    const packages = [...new Set(missing.flatMap((need) => need.package ?? []))].toSorted();
    const named = listFirst(packages, SHOWN);
    const bring = packages.length === 1 ? "The package" : "The packages";
    return {
      level: "warning",
      text: `/${path} uses ${listFirst(names, SHOWN)}, which no layer has. ${bring} ${named} would bring ${names.length === 1 ? "it" : "them"}; \`essential: true\` brings all that packages count on.`,
    };
  });
}

function keyOf(layers: readonly Pick<Layer, "diffId">[]): string {
  return digestOf(layers.map(({ diffId }) => diffId));
}
