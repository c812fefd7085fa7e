import { QclockError } from "../../error.ts";
import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { withStack } from "../context.ts";
import { registerLockDiff } from "./lock-diff.ts";
import { registerLockWhy } from "./lock-why.ts";

/** `qclock lock` */
export function registerLock({ program, run }: Registry): void {
  const command = declareCommand(
    program,
    {
      usage: "lock",
      summary: "Pin every package of every image in stack.lock.yaml",
      description:
        "Without a stale lock nothing is asked of any mirror and nothing changes. `qclock lock diff` and\n`qclock lock why` read it.",
      examples: [
        ["qclock lock", "write what the lock lacks"],
        ["qclock lock --update", "move every package to its newest version"],
        ["qclock lock --update openssl", "move one, with what its new version forces"],
        ["qclock lock --check", "in CI: fail when the lock does not fit the manifest"],
      ],
    },
    (each) =>
      each
        .option(
          "--update [packages...]",
          "move to the newest version: these packages, else every one",
        )
        .option("--check", "change nothing; fail when the lock does not fit the manifest"),
  );
  command.action((options: { update?: true | string[]; check?: boolean }) =>
    run(command, (session) =>
      withStack(
        session,
        async (context) => {
          if (options.update !== undefined && options.check === true) {
            throw new QclockError("usage", "--update and --check exclude each other.");
          }
          const { lockStack } = await import("../../run/prepare-images.ts");
          const move = Array.isArray(options.update) ? new Set(options.update) : undefined;
          const { target, changed } = await lockStack(
            move === undefined ? context : { ...context, move },
          );
          await session.settle();
          const packages = [...target.images.values()].reduce(
            (sum, image) => sum + image.packages.length,
            0,
          );
          if (session.settings.json) {
            session.printDocument("lock", {
              changed,
              os: target.os,
              architecture: target.architecture,
              packages,
            });
          } else
            session.print(
              `${changed ? "written" : "up to date"}: ${packages} packages for ${target.os}/${target.architecture}`,
            );
          return 0;
        },
        {
          lockMode:
            options.update !== undefined ? "update" : options.check === true ? "locked" : "use",
        },
      ),
    ),
  );
  registerLockDiff(command, run);
  registerLockWhy(command, run);
}
