import { countOf } from "../../count.ts";
import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { checkProject } from "../../run/check-project.ts";
import { withStack } from "../open/context.ts";
import { exitCodes } from "../process/exit-code.ts";
import { displayPath, lockPathOf } from "../open/manifest-file.ts";
import { readLock } from "../open/lock-file.ts";
import { QclockError } from "../../error.ts";
import type { Lock } from "../../packages/package.ts";
import { recallPackages } from "../../run/images/recall-packages.ts";
import type { Stack } from "../../stack/stack.ts";
import type { Store } from "../../store/store.ts";

/** `qclock validate` */
export function registerValidate({ program, run }: Registry): void {
  const command = declareCommand(program, {
    usage: "validate",
    summary: "Check the manifest and show every problem in it",
    examples: [
      ["qclock validate", "check stack.config.yaml here or in a folder above"],
      [
        "qclock validate --file stacks/three-tier --json",
        "check another one, for an editor or a script",
      ],
    ],
  });
  command.action(() =>
    run(command, (session) =>
      withStack(
        session,
        async ({ stack, store }) => {
          const diagnostics = await checkProject({
            stack,
            packages: await recallPackages(stack, await readFittingLock(stack, store), store),
            displayPath: (file) => displayPath(file, session.host.workingDirectory),
          });
          if (diagnostics.some(({ severity }) => severity === "error")) {
            await session.reportDiagnostics(diagnostics);
            return exitCodes.invalid;
          }
          if (diagnostics.length > 0 && !session.settings.json)
            await session.reportDiagnostics(diagnostics);
          const counts = { images: stack.images.size, services: stack.services.size };
          if (session.settings.json)
            session.printDocument("validate", {
              valid: true,
              stack: stack.name,
              os: stack.os,
              ...counts,
              diagnostics,
            });
          else
            session.print(
              `${stack.name}: ${countOf(counts.images, "image")}, ${countOf(counts.services, "service")}, ${stack.os}; ${diagnostics.length === 0 ? "no problem found" : "no error found"}`,
            );
          return 0;
        },
        { asksNobody: true, containers: "made" },
      ),
    ),
  );
}

/**
 * A lock that is absent or broken says nothing of packages: the manifest is what is checked, and
 * other commands say what is wrong with it.
 */
async function readFittingLock(stack: Stack, store: Store): Promise<Lock | undefined> {
  if (
    ![...stack.images.values()].some(
      (image) => image.type === "assembled" && (image.essential || image.packages.length > 0),
    )
  )
    return undefined;
  try {
    const lock = await readLock(lockPathOf(stack.manifestPath), "", store);
    return lock.ok ? lock.value : undefined;
  } catch (error) {
    if (error instanceof QclockError) return undefined;
    throw error;
  }
}
