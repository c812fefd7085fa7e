import { fromText } from "../../scripts/bytes.ts";
import type { ScriptRoot } from "../../scripts/root.ts";
import { putFile } from "../../scripts/root-files.ts";
import { linesIn } from "../../commands/lines-file.ts";
import { infoName } from "../dpkg-database.ts";
import type { InstalledDeb } from "../installed.ts";

const FOLDER = "/var/lib/dpkg/triggers";
const REQUESTED = `${FOLDER}/Unincorp`;

/** A package that wants to be told, by the name of a trigger or by a path. */
interface Interest {
  readonly trigger: string;
  /** As dpkg's database calls it: with its architecture where it can be there for several. */
  readonly package: string;
  readonly isNoAwait: boolean;
}

/**
 * The triggers of an image's packages: who is interested in which, and who is to be told. A package
 * that is not configured yet is not told: it looks at everything when it is. Source:
 * deb-triggers(5) and dpkg's doc/triggers.txt.
 */
export class Triggers {
  readonly #root: ScriptRoot;
  readonly #isConfigured: (name: string) => boolean;
  readonly #byName = new Map<string, Set<string>>();
  readonly #byPath = new Map<string, Set<string>>();
  /** Who is to be told what, in the order in which they were first asked for. */
  readonly #pending = new Map<string, Set<string>>();

  constructor(root: ScriptRoot, isConfigured: (name: string) => boolean) {
    this.#root = root;
    this.#isConfigured = isConfigured;
    for (const { trigger, package: written } of interestsIn(root))
      this.#add(trigger, written.split(":", 1)[0] ?? "");
  }

  /** A package is unpacked: what it is interested in, and what it sets off. */
  unpacked(item: InstalledDeb): void {
    const { name, controlFiles, entries } = item;
    const written = infoName(item);
    const interests: Interest[] = [];
    for (const [verb = "", trigger = ""] of directives(controlFiles.get("triggers") ?? "")) {
      if (verb.startsWith("interest")) {
        this.#add(trigger, name);
        interests.push({ trigger, package: written, isNoAwait: verb.endsWith("-noawait") });
      } else if (verb.startsWith("activate")) this.#activate(trigger);
    }
    noteInterests(this.#root, interests);
    if (this.#byPath.size === 0) return;
    for (const { path } of entries) {
      for (let at = `/${path}`; at !== ""; at = at.slice(0, at.lastIndexOf("/"))) {
        if (this.#byPath.has(at)) this.#activate(at);
      }
    }
  }

  /** A package is about to be configured, which sets off what it names, as unpacking it did. */
  configuring({ controlFiles }: Pick<InstalledDeb, "controlFiles">): void {
    for (const [verb = "", trigger = ""] of directives(controlFiles.get("triggers") ?? ""))
      if (verb.startsWith("activate")) this.#activate(trigger);
  }

  /** Take up what scripts asked for with dpkg-trigger. */
  collect(): void {
    const lines = linesIn(this.#root, REQUESTED);
    if (lines.length === 0) return;
    this.#root.write(REQUESTED, new Uint8Array());
    for (const line of lines) this.#activate(line.split(" ")[0] ?? "");
  }

  /** The package that is to be told next, and of what; it is told no more of these. */
  next(): { readonly package: string; readonly triggers: readonly string[] } | undefined {
    for (const [name, triggers] of this.#pending) {
      this.#pending.delete(name);
      return { package: name, triggers: [...triggers] };
    }
    return undefined;
  }

  #add(trigger: string, name: string): void {
    const interests = trigger.startsWith("/") ? this.#byPath : this.#byName;
    const names = interests.get(trigger);
    if (names === undefined) interests.set(trigger, new Set([name]));
    else names.add(name);
  }

  #activate(trigger: string): void {
    const interests = trigger.startsWith("/") ? this.#byPath : this.#byName;
    for (const name of interests.get(trigger) ?? []) {
      if (!this.#isConfigured(name)) continue;
      const triggers = this.#pending.get(name);
      if (triggers === undefined) this.#pending.set(name, new Set([trigger]));
      else triggers.add(trigger);
    }
  }
}

function directives(text: string): readonly (readonly string[])[] {
  return text
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter((line) => line !== "")
    .map((line) => line.split(/\s+/));
}

/** Interests in paths stand in one file; those in names have a file for each name. */
function interestsIn(root: ScriptRoot): readonly Interest[] {
  if (root.stat(FOLDER)?.kind !== "directory") return [];
  return root.list(FOLDER).flatMap((file) => {
    if (file === "Lock" || file === "Unincorp") return [];
    return linesIn(root, `${FOLDER}/${file}`).map((line) => {
      const [first = "", second = ""] = line.split(" ");
      const [trigger, name] = file === "File" ? [first, second] : [file, first];
      return {
        trigger,
        package: name.replace(/\/noawait$/, ""),
        isNoAwait: name.endsWith("/noawait"),
      };
    });
  });
}

/** Each file is written once, however many interests it gets. */
function noteInterests(root: ScriptRoot, interests: readonly Interest[]): void {
  for (const [file, of] of Map.groupBy(interests, ({ trigger }) => fileOf(trigger))) {
    if (file === undefined) continue;
    const path = `${FOLDER}/${file}`;
    const before = linesIn(root, path);
    const lines = new Set([...before, ...of.map(lineOf)]);
    if (lines.size > before.length)
      putFile(root, path, [...lines].map((each) => `${each}\n`).join(""));
  }
}

/** Undefined for what is no name of a trigger. */
function fileOf(trigger: string): string | undefined {
  if (trigger.startsWith("/")) return "File";
  return /^[A-Za-z0-9][\w.+:-]*$/.test(trigger) ? trigger : undefined;
}

function lineOf({ trigger, package: name, isNoAwait }: Interest): string {
  const path = trigger.startsWith("/") ? `${trigger} ` : "";
  return fromText(`${path}${name}${isNoAwait ? "/noawait" : ""}`);
}
