import type { ScriptRunRules, ScriptToRun } from "../../script-run.ts";
import { scriptCall, scriptEnvironment } from "./script-call.ts";

const DPKG = "var/lib/dpkg";
const REQUESTED = "Unincorp";

/** How dpkg's scripts are run. Source: dpkg(1), dpkg-trigger(1), deb-triggers(5). */
export const debRunRules: ScriptRunRules = {
  requestFolder: `/${DPKG}/triggers`,
  requestFile: REQUESTED,
  requested(files, { architecture, epoch, has }) {
    const byPath = interestsInPaths(files);
    const triggersOf = new Map<string, Set<string>>();
    for (const line of linesOf(files.get(REQUESTED))) {
      const [trigger = ""] = line.split(" ");
      const names = trigger.startsWith("/") ? byPath.get(trigger) : linesOf(files.get(trigger));
      for (const name of names ?? []) {
        const interested = name.replace(/\/noawait$/, "");
        const triggers = triggersOf.get(interested) ?? new Set();
        triggersOf.set(interested, triggers.add(trigger));
      }
    }
    return [...triggersOf].flatMap(([interested, triggers]): readonly ScriptToRun[] => {
      // What may be there for several architectures is named with its own.
      const name = interested.replace(/:.*/, "");
      const stem = [name, `${name}:${architecture}`].find((each) =>
        has(`${DPKG}/info/${each}.postinst`),
      );
      if (stem === undefined) return [];
      const kind = "postinst";
      const call = scriptCall({
        path: `/${DPKG}/info/${stem}.${kind}`,
        args: ["triggered", [...triggers].join(" ")],
        environment: scriptEnvironment({ package: name, kind, architecture }),
        epoch,
      });
      return [{ package: name, script: kind, call }];
    });
  },
  leftOut: [
    `${DPKG}/lock`,
    `${DPKG}/lock-frontend`,
    `${DPKG}/triggers/Lock`,
    `${DPKG}/triggers/${REQUESTED}`,
    "var/cache/ldconfig/aux-cache",
    "etc/.pwd.lock",
  ],
};

/** Interests in paths stand in one file; those in names have a file for each name. */
function interestsInPaths(files: ReadonlyMap<string, string>): ReadonlyMap<string, string[]> {
  const names = new Map<string, string[]>();
  for (const line of linesOf(files.get("File"))) {
    const [path = "", name] = line.split(" ");
    if (name === undefined) continue;
    const others = names.get(path);
    if (others === undefined) names.set(path, [name]);
    else others.push(name);
  }
  return names;
}

function linesOf(text = ""): readonly string[] {
  return text.split("\n").filter((line) => line !== "");
}
