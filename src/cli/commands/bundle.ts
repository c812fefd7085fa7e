import { countOf } from "../../count.ts";
import type { Command } from "commander";
import { formatBytes } from "../../reporters/format/bytes.ts";
import type { PreparedBundle } from "../../run/bundle/save.ts";
import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { resolveMirrorsOf, withStack } from "../open/context.ts";
import { allowUnsignedOption, lockModeOf } from "../open/lock-file.ts";
import type { Session } from "../open/session.ts";
import { collect } from "../settings/settings.ts";

interface SaveFlags {
  readonly images?: boolean;
  readonly manifest?: boolean;
  readonly allTargets?: boolean;
  readonly locked?: boolean;
  readonly allowUnsigned?: boolean;
  readonly force?: boolean;
}

interface LoadFlags {
  readonly key: readonly string[];
  readonly images?: boolean;
  readonly manifest?: boolean;
  readonly force?: boolean;
  readonly allowUnsigned?: boolean;
}

/** `qclock bundle save`, `load` and `list` */
export function registerBundle({ program, run }: Registry): void {
  const bundle = declareCommand(program, {
    usage: "bundle",
    summary: "Carry a stack to a machine without a network, in one file",
    examples: [
      ["qclock bundle save stack.bundle", "on a machine that reaches the mirror"],
      ["qclock bundle load stack.bundle && qclock build --offline", "on one that does not"],
    ],
  });
  registerSave({ program: bundle, run });
  registerLoad({ program: bundle, run });
  registerList({ program: bundle, run });
}

function registerSave({ program, run }: Registry): void {
  const command: Command = declareCommand(
    program,
    {
      usage: "save <file>",
      summary: "Write the lock, its packages and what proves them into one file",
      description:
        "What is not in the store is fetched first. The file is a plain tar whose bytes depend on the stack, its lock and\n" +
        "the options alone; - writes it to standard output. Prints its digest in the format of sha256sum.",
      examples: [
        ["qclock bundle save stack.bundle", "everything that build --offline needs"],
        ["qclock bundle save stack.bundle --manifest --images", "the project and its images, too"],
        ["qclock bundle save - | ssh build.example qclock bundle load -", "through a pipe"],
        ["qclock bundle save arm.bundle --images --platform linux/arm64", "for other machines"],
      ],
    },
    (each) =>
      each
        .option("--images", "also the assembled images; docker load takes such a bundle")
        .option("--manifest", "also the manifest and the files that it points at, without secrets")
        .option("--all-targets", "every system and platform of the lock, not only the chosen one")
        .option("--locked", "fail when the lock is missing or stale, instead of writing it")
        .option(...allowUnsignedOption)
        .option("--force", "replace a file that is there"),
  );
  command.action((file: string, flags: SaveFlags) =>
    run(command, async (session) => {
      const { refuseBundlePlace, writeBundleTo } = await import("../open/bundle-file.ts");
      const force = flags.force === true;
      await refuseBundlePlace(session, file, force);
      return withStack(
        session,
        async (context) => {
          const { prepareBundle } = await import("../../run/bundle/save.ts");
          const bundle = await prepareBundle(context, {
            images: flags.images === true,
            manifest: flags.manifest === true,
            allTargets: flags.allTargets === true,
            mirrorsOf: (os) =>
              os === context.stack.os
                ? context.mirrors()
                : resolveMirrorsOf(session, os, context.stack.mirrors.get(os)),
          });
          const written = await writeBundleTo(session, file, { content: bundle.content(), force });
          await session.settle();
          reportSaved(session, file, bundle, written);
          return 0;
        },
        {
          lockMode: lockModeOf(flags),
          allowUnsigned: flags.allowUnsigned,
          containers: "found",
        },
      );
    }),
  );
}

function reportSaved(
  session: Session,
  file: string,
  bundle: PreparedBundle,
  { sha256, sizeBytes }: { readonly sha256: string; readonly sizeBytes: number },
): void {
  const { unproved, files, document } = bundle;
  if (session.settings.json) {
    const { targets, images, manifest } = document;
    session.printDocument("bundle-saved", {
      file,
      sha256,
      sizeBytes,
      files,
      unproved,
      manifest,
      targets: targets.map(({ target }) => target),
      images: images.map(({ reference }) => reference),
    });
  } else if (file !== "-") session.print(`${sha256}  ${file}`);
  session.say(`saved: ${countOf(files, "file")}, ${formatBytes(sizeBytes)}`);
}

function registerLoad({ program, run }: Registry): void {
  const command: Command = declareCommand(
    program,
    {
      usage: "load <file>",
      summary: "Check a bundle and take what it holds into the store",
      description:
        "Every digest is checked, and the distribution's signatures are followed to each package, before the lock is\n" +
        "written. No request is made. - reads standard input.",
      examples: [
        ["qclock bundle load stack.bundle", "then qclock build --offline"],
        ["qclock bundle load stack.bundle --images", "the finished images, too, into the Engine"],
        ["qclock bundle load stack.bundle --manifest", "in an empty folder: the project, too"],
        ["qclock bundle load stack.bundle --key keys/bank.asc", "packages that the bank signed"],
      ],
    },
    (each) =>
      each
        .option("--images", "put the bundle's images into the Engine")
        .option("--manifest", "write the bundle's manifest and its files into this folder")
        .option(...allowUnsignedOption)
        .option("--key <file>", "trust the keys in a file, too; may be repeated", collect, [])
        .option("--force", "replace another lock, of which a copy is kept, and other files"),
  );
  command.action((file: string, flags: LoadFlags) =>
    run(command, async (session) => {
      const { withLoadContext } = await import("../open/bundle-context.ts");
      return withLoadContext(session, async (context) => {
        const { loadBundle } = await import("../../run/bundle/load.ts");
        const { bundleName, readBundleFrom } = await import("../open/bundle-file.ts");
        const { readKeyFiles } = await import("../open/package-keys.ts");
        const furtherKeys = await readKeyFiles(session, flags.key);
        const report = await loadBundle(context, await readBundleFrom(session, file), {
          name: bundleName(file),
          images: flags.images === true,
          manifest: flags.manifest === true,
          force: flags.force === true,
          allowUnsigned: flags.allowUnsigned === true,
          furtherKeys,
          now: new Date(),
        });
        await session.settle();
        const { formatLoaded } = await import("../../reporters/lists/bundle.ts");
        if (session.settings.json) session.printDocument("bundle-loaded", report);
        else session.print(formatLoaded(report));
        return 0;
      });
    }),
  );
}

function registerList({ program, run }: Registry): void {
  const command: Command = declareCommand(program, {
    usage: "list <file>",
    summary: "Show what is in a bundle",
    description: "Reads its beginning only; bundle load checks the rest. - reads standard input.",
    examples: [
      [
        "qclock bundle list stack.bundle",
        "targets, packages, bytes, and who is said to have signed them",
      ],
      ["qclock bundle list stack.bundle --json", "the same for a program"],
    ],
  });
  command.action((file: string) =>
    run(command, async (session) => {
      const { listBundle } = await import("../../run/bundle/list.ts");
      const { bundleName, readBundleFrom } = await import("../open/bundle-file.ts");
      const list = await listBundle(await readBundleFrom(session, file), bundleName(file));
      await session.settle();
      const { formatBundle } = await import("../../reporters/lists/bundle.ts");
      const { style, columns } = session;
      if (session.settings.json) session.printDocument("bundle", list);
      else session.print(formatBundle(list, { style, columns }));
      return 0;
    }),
  );
}
