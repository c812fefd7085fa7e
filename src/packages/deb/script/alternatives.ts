import { literalWords, readScript } from "./lines.ts";

/**
 * A link that `update-alternatives` would make, by way of `/etc/alternatives/<name>`. Paths are
 * absolute.
 */
export interface Alternative {
  readonly name: string;
  readonly link: string;
  readonly path: string;
  readonly priority: number;
  /** Links that go with it. */
  readonly slaves: readonly Omit<Alternative, "priority" | "slaves">[];
}

/**
 * The alternatives that a postinst installs at a first installation, where it says them in plain
 * words. Those that stand in loops, functions or conditions of their own are left to the notice
 * about scripts. Source: update-alternatives(1).
 */
export function alternativesIn(postinst: string): readonly Alternative[] {
  return readScript(postinst, "configure").flatMap(({ text, runs }) =>
    runs === "yes" ? (toAlternative(text) ?? []) : [],
  );
}

/** Undefined for any other command. */
export function toAlternative(text: string): Alternative | undefined {
  if (!/^(?:\/usr\/bin\/)?update-alternatives\s/.test(text)) return undefined;
  const [, ...words] = literalWords(text) ?? [];
  const options = words.filter((word) => !/^--(?:quiet|force|verbose)$/.test(word));
  const [install, link = "", name = "", path = "", priority = "", ...rest] = options;
  if (install !== "--install" || !isPlace(link, name, path) || !/^-?\d+$/.test(priority)) {
    return undefined;
  }
  const slaves: Omit<Alternative, "priority" | "slaves">[] = [];
  for (let at = 0; at < rest.length; at += 4) {
    const [flag, slaveLink = "", slaveName = "", slavePath = ""] = rest.slice(at, at + 4);
    if (flag !== "--slave" || !isPlace(slaveLink, slaveName, slavePath)) return undefined;
    slaves.push({ link: slaveLink, name: slaveName, path: slavePath });
  }
  return { link, name, path, priority: Number(priority), slaves };
}

function isPlace(link: string, name: string, path: string): boolean {
  return isClean(link) && isClean(path) && /^[\w.+-]+$/.test(name) && !/^\.+$/.test(name);
}

function isClean(path: string): boolean {
  return path.startsWith("/") && !path.split("/").includes("..");
}
