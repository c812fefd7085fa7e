import { formatPruned, formatStore } from "../../reporters/lists/store.ts";
import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { storeDirectory } from "../open/context.ts";
import { parseArgument, parseTimeSpan } from "../settings/settings.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** `qclock store` and `qclock store prune` */
export function registerStore({ program, run }: Registry): void {
  const command = declareCommand(program, {
    usage: "store",
    summary: "Show what the store holds, and make room in it",
    description:
      "The store keeps what was downloaded and what was made of it, for all stacks. It may be deleted at any time; then\n" +
      "packages are fetched again, which the mirror may not have any more.",
    examples: [
      ["qclock store", "how much of what, and where"],
      ["qclock store prune", "remove what was not used for a day and can be made anew"],
    ],
  });
  command.action(() =>
    run(command, async (session) => {
      const { openStore } = await import("../../store/disk-store.ts");
      const { measureStore } = await import("../../run/store-use.ts");
      const directory = storeDirectory(session);
      const parts = await measureStore(await openStore(directory));
      const { style, columns } = session;
      if (session.settings.json) session.printDocument("store", { directory, parts });
      else session.print(formatStore(parts, { directory, style, columns }));
      return 0;
    }),
  );
  registerPrune({ program: command, run });
}

function registerPrune({ program, run }: Registry): void {
  const command = declareCommand(
    program,
    {
      usage: "prune",
      summary: "Remove finished layers, unpacked packages and read indexes that are not used",
      description:
        "All of it is made anew when it is needed. Downloads stay, since a mirror may not have them any more. A shorter time\n" +
        "than a day may take away what a running command is about to use.",
      examples: [
        ["qclock store prune", "what was not used for a day"],
        ["qclock store prune --unused-for 0", "all of it"],
      ],
    },
    (each) =>
      each.option(
        "--unused-for <duration>",
        "keep what was used within this time, such as 12h or 90m (default: 24h)",
        (text) => parseArgument(parseTimeSpan, text),
      ),
  );
  command.action(({ unusedFor: unusedForMs = DAY_MS }: { readonly unusedFor?: number }) =>
    run(command, async (session) => {
      const { openStore } = await import("../../store/disk-store.ts");
      const { pruneStore } = await import("../../run/store-use.ts");
      const store = await openStore(storeDirectory(session));
      const removed = await pruneStore(store, { unusedForMs, nowMs: Date.now() });
      if (session.settings.json) session.printDocument("store-pruned", { removed });
      else session.say(formatPruned(removed));
      return 0;
    }),
  );
}
