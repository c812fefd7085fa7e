import { countOf, firstOf } from "../../count.ts";
import { rm } from "node:fs/promises";
import path from "node:path";
import type { Engine } from "../../docker/engine.ts";
import type { BuiltImage } from "../../image/built-image.ts";
import { assembledImages } from "../../stack/images/assembled-images.ts";
import type { LockTarget } from "../../packages/package.ts";
import { assembleStack } from "../../run/images/assemble-stack.ts";
import type { RunContext } from "../../run/context.ts";
import { isForeign } from "../../plan/images/platform.ts";
import { prepareImages } from "../../run/images/prepare-images.ts";
import type { AssembledImage } from "../../stack/stack.ts";
import { openStore } from "../../store/disk-store.ts";
import { type CheckInfo, type CheckResult, passed, type Verdict } from "../check.ts";
import { compareWithEngine, compareWithLock } from "./compare-rebuilt.ts";

const SHOWN = 10;

/**
 * Build each assembled image again in an empty store, from its packages and files alone, and
 * compare with the lock and with what the Engine holds. Changes neither; the packages come from the
 * user's store, each proved by its digest once more, or from the mirror.
 */
export async function rebuildImages(
  context: RunContext,
  engine: Engine,
  about: {
    /** Under which the verdicts stand. */
    readonly check: CheckInfo;
    readonly onProgress: (done: number, total: number) => void;
  },
): Promise<readonly CheckResult[]> {
  const { stack, store, runId, clock } = context;
  const { check, onProgress } = about;
  const folder = path.join(store.directory, "tmp", `rebuild-${runId}`);
  const count = assembledImages(stack).length;
  const results: CheckResult[] = [];
  try {
    // A lock that does not fit is not written here, but named as the reason.
    const fresh: RunContext = { ...context, store: await openStore(folder), lockMode: "locked" };
    const prepared = await prepareImages(fresh);
    const expected = prepared.target;
    const target = withoutLayers(expected);
    let startedAt = clock.now();
    await assembleStack(
      fresh,
      { ...prepared, target },
      {
        // What there is to notice was told when the image was built.
        onNotice: () => undefined,
        onBuilt: async (image, rebuilt) => {
          const verdict = await judgeRebuilt({ context, engine, image, rebuilt, expected });
          const durationMs = clock.now() - startedAt;
          results.push({ check, subject: `image ${image.name}`, verdict, durationMs });
          onProgress(results.length, count);
          startedAt = clock.now();
        },
      },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return results;
}

/** Without the digests that a build refuses to differ from: here the difference is to be shown. */
function withoutLayers(target: LockTarget): LockTarget {
  const images = new Map(
    [...target.images].map(
      ([name, { packagesLayer: _, runLayer: __, ...image }]) => [name, image] as const,
    ),
  );
  return { ...target, images };
}

interface Judging {
  readonly context: RunContext;
  readonly engine: Engine;
  readonly image: AssembledImage;
  readonly rebuilt: BuiltImage;
  readonly expected: LockTarget;
}

async function judgeRebuilt(judging: Judging): Promise<Verdict> {
  const { context, engine, image, rebuilt, expected } = judging;
  const { packagesLayer, runLayer } = expected.images.get(image.name) ?? {};
  // Under the same name the Engine has images for its own machine, where it has any.
  const isElsewhere = isForeign(context.stack, await engine.info(context.signal));
  const details = isElsewhere
    ? undefined
    : await engine.inspectImage(image.reference, context.signal);
  const findings = [
    ...(await compareWithLock(rebuilt, ["packages", packagesLayer], context.store)),
    ...(await compareWithLock(rebuilt, ["run", runLayer], context.store)),
    ...(details === undefined
      ? []
      : await compareWithEngine(rebuilt, details, { engine, signal: context.signal })),
  ];
  if (findings.length > 0) {
    return {
      status: "failed",
      evidence: firstOf(findings, SHOWN),
      hint: "Either the image was not built from these inputs, or something beside them showed: run qclock build, then this again.",
    };
  }
  const same = [
    ...(packagesLayer !== undefined ? ["as the lock says"] : []),
    ...(details === undefined ? [] : ["as the Engine has it"]),
  ];
  return passed(
    `${countOf(rebuilt.layers.length, "layer")}, ${same.join(" and ") || "nothing to compare with"}`,
  );
}
