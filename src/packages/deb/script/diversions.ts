import { literalWords, readScript } from "../../scripts/undone/lines.ts";

/** A package moves other packages' file out of the way of its own. Paths are absolute. */
export interface Diversion {
  readonly package: string;
  readonly from: string;
  readonly to: string;
}

/**
 * The diversions that a preinst adds at a first installation, where it says them in plain words:
 * `dpkg-divert --package X --divert Y --rename --add Z`. Source: dpkg-divert(1).
 */
export function diversionsIn(preinst: string): readonly Diversion[] {
  return readScript(preinst, "install").flatMap(({ text, runs }) =>
    runs === "yes" ? (toDiversion(text) ?? []) : [],
  );
}

/** Undefined for any other command. */
export function toDiversion(text: string): Diversion | undefined {
  if (!/^(?:\/usr\/s?bin\/)?dpkg-divert\s/.test(text)) return undefined;
  const [, ...words] = literalWords(text) ?? [];
  const values = new Map<string, string>();
  let isRenamed = false;
  let from: string | undefined;
  for (let at = 0; at < words.length; at++) {
    const [option = "", inline] = (words[at] ?? "").split("=");
    if (option === "--package" || option === "--divert") {
      values.set(option, inline ?? words[++at] ?? "");
    } else if (option === "--rename") isRenamed = true;
    else if (option.startsWith("/") && from === undefined) from = option;
    else if (option !== "--add" && option !== "--quiet") return undefined;
  }
  const owner = values.get("--package");
  if (owner === undefined || from === undefined || !isRenamed) return undefined;
  const to = values.get("--divert") ?? `${from}.distrib`;
  return to.startsWith("/") && !to.split("/").includes("..")
    ? { package: owner, from, to }
    : undefined;
}
