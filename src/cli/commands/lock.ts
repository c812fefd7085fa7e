import { QclockError } from "../../error.ts";
import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { withStack } from "../context.ts";

/** `qclock lock` */
export function registerLock({ program, run }: Registry): void {
  const command = declareCommand(
    program,
    {
      usage: "lock",
      summary: "Pin every package of every image in stack.lock.yaml",
      description: "Without a stale lock nothing is asked of any mirror and nothing changes.",
      examples: [
        ["qclock lock", "write what the lock lacks"],
        ["qclock lock --update", "move every package to its newest version"],
        ["qclock lock --check", "in CI: fail when the lock does not fit the manifest"],
      ],
    },
    (each) =>
      each
        .option("--update", "move every package to its newest version")
        .option("--check", "change nothing; fail when the lock does not fit the manifest"),
  );
  command.action((options: { update?: boolean; check?: boolean }) =>
    run(command, (session) =>
      withStack(
        session,
        async (context) => {
          if (options.update === true && options.check === true) {
            throw new QclockError("usage", "--update and --check exclude each other.");
          }
          const { lockStack } = await import("../../run/prepare-images.ts");
          const { target, changed } = await lockStack(context);
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
          lockMode: options.update === true ? "update" : options.check === true ? "locked" : "use",
        },
      ),
    ),
  );
}
