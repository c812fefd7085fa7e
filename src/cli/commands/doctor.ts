import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import type { Style } from "../../reporters/format/style.ts";
import type { Finding } from "../../docker/doctor.ts";
import { examine } from "../open/examination.ts";

/** `qclock doctor` */
export function registerDoctor({ program, run }: Registry): void {
  const command = declareCommand(program, {
    usage: "doctor",
    summary: "Look for what would keep qclock from working here, and say how to mend it",
    examples: [
      ["qclock doctor", "the Engine, the store, the mirror, the manifest"],
      ["qclock doctor --json", "for a bug report"],
    ],
  });
  command.action(() =>
    run(command, async (session) => {
      const findings = await examine(session);
      await session.settle();
      if (session.settings.json) session.printDocument("doctor", { findings });
      else session.print(formatFindings(findings, session.style));
      return findings.some(({ status }) => status === "problem") ? 1 : 0;
    }),
  );
}

/** One line for each finding, its fix below. */
export function formatFindings(findings: readonly Finding[], style: Style): string {
  const marks = { ok: style.success("✔"), warning: style.warning("!"), problem: style.error("✖") };
  return findings
    .map(({ status, message, fix }) => {
      const words = status === "ok" ? message : `${status}: ${message}`;
      return `${marks[status]} ${words}${fix === undefined ? "" : `\n    ${style.accent("fix:")} ${fix}`}`;
    })
    .join("\n");
}
