import type { Command } from "commander";
import { QclockError } from "../../error.ts";
import { nearest } from "../../nearest.ts";
import { lockedNames } from "../../packages/lock/locked-names.ts";
import type { LockTarget } from "../../packages/package.ts";
import type { WheelWhy } from "../../packages/lock/why-wheel.ts";
import type { ImageWhy, PackageWhy } from "../../packages/lock/why.ts";
import type { RunContext } from "../../run/context.ts";
import { phaseSequence } from "../../run/execution/phase.ts";
import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { withStack } from "../open/context.ts";

/** `qclock lock why` */
export function addLockWhy(lock: Command, run: Registry["run"]): void {
  const command = declareCommand(lock, {
    usage: "why <package>",
    summary: "Say why a package or a wheel is in an image, from what was asked for down to it",
    description:
      "Also its version, its source and who signed it. A mirror is asked only for a proof that the store lacks.",
    examples: [
      ["qclock lock why libssl3", "which package of the manifest brings it"],
      ["qclock lock why perl-base --json", "for a program"],
    ],
  });
  command.action((name: string) =>
    run(command, (session) =>
      withStack(
        session,
        async (context) => {
          const target = await findTarget(context);
          const found = await explain(context, target, name);
          const { virtual, wheel } = found;
          const signed = await withSigners(context, target, found.explanations);
          const explanations = await withScripts(context, target, signed);
          await session.settle();
          if (session.settings.json) {
            session.printDocument("lock-why", {
              package: name,
              virtual,
              explanations,
              ...(wheel === undefined ? {} : { wheel }),
            });
            return 0;
          }
          const { formatPackageWhy, formatWheelWhy } =
            await import("../../reporters/format/lock-why.ts");
          if (virtual) session.print(`${name} is a virtual package.\n`);
          const { style } = session;
          const texts = [
            ...explanations.map((why) => formatPackageWhy(why, style)),
            ...(wheel === undefined ? [] : [formatWheelWhy(wheel, style)]),
          ];
          session.print(texts.join("\n\n"));
          return 0;
        },
        { lockMode: "use", containers: "found" },
      ),
    ),
  );
}

async function findTarget({ stack, lock, emit }: RunContext): Promise<LockTarget> {
  const { targetKey } = await import("../../packages/lock/lock-packages.ts");
  const { packageInputs } = await import("../../packages/lock/inputs.ts");
  const key = targetKey(stack);
  const target = lock?.targets.get(key);
  if (target === undefined) {
    throw new QclockError("lock-outdated", `There is no lock for ${key}.`, {
      hint: "Make it with `qclock lock`.",
    });
  }
  if (target.inputs !== packageInputs(stack)) {
    emit({
      type: "notice",
      level: "warning",
      message: "The lock was made for another manifest; this is what the lock says.",
      hint: "Run `qclock lock`.",
    });
  }
  return target;
}

/**
 * Say of each package who signed it, as it is proved now. Throws `package-unproved` where nothing
 * proves one that the lock does not mark, and `signature-invalid`.
 */
async function withSigners(
  context: RunContext,
  target: LockTarget,
  explanations: readonly PackageWhy[],
): Promise<readonly PackageWhy[]> {
  const { signersOf } = await import("../../packages/proof/signers.ts");
  const packages = explanations.flatMap(({ images }) => images.map((each) => each.package));
  const { onPhase, finish } = phaseSequence(context, "lock-why");
  const signers = await signersOf(target, packages, { ...context, now: new Date(), onPhase });
  finish("");
  return explanations.map((why) => ({
    ...why,
    images: why.images.map((each) => {
      const signedBy = signers.get(each.package);
      return signedBy === undefined ? each : { ...each, signedBy };
    }),
  }));
}

/**
 * Say which scripts of each package were undone, and which were run, where the image was built with
 * this store.
 */
async function withScripts(
  { store }: RunContext,
  target: LockTarget,
  explanations: readonly PackageWhy[],
): Promise<readonly PackageWhy[]> {
  const { recallLeftScripts } = await import("../../image/left-scripts.ts");
  const { recallRanScripts } = await import("../../image/ran-scripts.ts");
  const withLeft = async (each: ImageWhy): Promise<ImageWhy> => {
    const { packagesLayer, runLayer } = target.images.get(each.image) ?? {};
    const left =
      packagesLayer === undefined ? [] : ((await recallLeftScripts(packagesLayer, store)) ?? []);
    const ran = runLayer === undefined ? [] : ((await recallRanScripts(runLayer, store)) ?? []);
    const isOwn = (script: { readonly package: string }): boolean =>
      script.package === each.package.name;
    const leftScripts = left
      .filter((script) => isOwn(script) && (runLayer === undefined || script.call === undefined))
      .map(({ call: _, ...script }) => script);
    const ranScripts = [...new Set(ran.filter(isOwn).map(({ script }) => script))];
    return {
      ...each,
      ...(leftScripts.length === 0 ? {} : { leftScripts }),
      ...(ranScripts.length === 0 ? {} : { ranScripts }),
    };
  };
  return Promise.all(
    explanations.map(async (why) => ({
      ...why,
      images: await Promise.all(why.images.map(withLeft)),
    })),
  );
}

/**
 * The package by its own name and the Python project, else the packages that provide it. Throws
 * `unknown-package`.
 */
async function explain(
  { stack, store }: RunContext,
  target: LockTarget,
  name: string,
): Promise<{
  readonly explanations: readonly PackageWhy[];
  readonly virtual: boolean;
  readonly wheel?: WheelWhy;
}> {
  const { explainPackage } = await import("../../packages/lock/why.ts");
  const { assembledImages } = await import("../../stack/images/assembled-images.ts");
  const images = assembledImages(stack);
  const { explainWheel } = await import("../../packages/lock/why-wheel.ts");
  const own = explainPackage(target, images, name);
  const wheel = explainWheel(target, images, name);
  if (own !== undefined || wheel !== undefined) {
    return {
      explanations: own === undefined ? [] : [own],
      virtual: false,
      ...(wheel === undefined ? {} : { wheel }),
    };
  }
  const { findProviders } = await import("../../packages/providers.ts");
  const providers = await findProviders(target, name, store);
  const explanations = providers.flatMap(
    (provider) => explainPackage(target, images, provider.name) ?? [],
  );
  if (explanations.length > 0) return { explanations, virtual: true };
  const wheels = [...target.images.values()].flatMap((image) => image.wheels?.files ?? []);
  const near = nearest(name, [...lockedNames(target), ...wheels.map((each) => each.name)]);
  throw new QclockError("unknown-package", `No image of the lock holds the package "${name}".`, {
    hint:
      near === undefined
        ? "An image holds what the manifest lists and what that needs; recommended packages are left out."
        : `Did you mean "${near}"?`,
  });
}
