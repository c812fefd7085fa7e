import { Argument, type Command } from "commander";
import { completionScript, shells, type Shell } from "../completion/script.ts";
import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { candidatesFor } from "../completion/candidates.ts";

/** `qclock completion SHELL`, and the hidden command that the scripts call. */
export function registerCompletion({ program, run }: Registry): void {
  const command = declareCommand(program, {
    usage: "completion",
    summary: "Print a script that completes commands, options, services and images",
    examples: [
      ['eval "$(qclock completion bash)"', "in ~/.bashrc"],
      ["qclock completion zsh > ~/.zfunc/_qclock", "in a folder of $fpath"],
      ["qclock completion fish > ~/.config/fish/completions/qclock.fish", "for fish"],
    ],
  });
  command.addArgument(new Argument("<shell>", "the shell").choices(shells)).action((shell: Shell) =>
    run(command, async (session) => {
      session.print(completionScript(shell));
      return 0;
    }),
  );
  const complete: Command = program
    .command("__complete", { hidden: true })
    .argument("[words...]")
    .allowUnknownOption()
    .passThroughOptions()
    .helpOption(false);
  complete.action((words: string[]) =>
    run(complete, async (session) => {
      for (const candidate of await candidatesFor(program, words, session))
        session.print(candidate);
      return 0;
    }),
  );
}
