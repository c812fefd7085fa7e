import type { FinishStep } from "./finish.ts";

/** `/bin/sh` where no package brings the link, and `/etc/shells` from the packages' own lists. */
export const shells: FinishStep = {
  name: "shells",
  packages: ["bash", "dash", "debianutils"],
  async apply(target) {
    if (target.kindOf("bin/sh") === undefined) {
      const shell = ["dash", "bash"].find((name) => target.kindOf(`bin/${name}`) !== undefined);
      if (shell !== undefined) target.addLink("bin/sh", shell);
    }
    const header = await target.readText("usr/share/debianutils/shells");
    if (header === undefined) return;
    const lists = await Promise.all(
      target
        .list("usr/share/debianutils/shells.d")
        .map((name) => target.readText(`usr/share/debianutils/shells.d/${name}`)),
    );
    const lines = lists
      .flatMap((text) => (text ?? "").split("\n"))
      .filter((line) => line.startsWith("/"));
    // With merged folders each shell has two paths, and programs may ask for either.
    const both = lines.flatMap((line) =>
      line.startsWith("/usr/") ? [line] : [line, `/usr${line}`],
    );
    target.addFile("etc/shells", `${[header.trimEnd(), ...new Set(both)].join("\n")}\n`);
  },
};
