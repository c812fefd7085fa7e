import type { ScriptRoot } from "../../scripts/root.ts";
import { fromBytes } from "../../scripts/bytes.ts";
import { linesOf } from "../../scripts/commands/lines.ts";

const DATABASE = "/var/lib/dpkg/diversions";
const NONE = new Uint8Array();

/** Files that packages move out of the way of their own, as dpkg's database has them. */
export class Diversions {
  readonly #root: ScriptRoot;
  readonly #resolve: (path: string) => string;
  #content = NONE;
  #to = new Map<string, { readonly to: string; readonly owner: string }>();

  /** `resolve` finds the place of a path without a leading slash. */
  constructor(root: ScriptRoot, resolve: (path: string) => string) {
    this.#root = root;
    this.#resolve = resolve;
  }

  /** Where a file of a package goes instead; undefined when nobody moves it. */
  divertedTo(path: string, owner: string): string | undefined {
    const found = this.#to.get(path);
    return found === undefined || found.owner === owner ? undefined : found.to;
  }

  /** Read what scripts have added. Most of them add nothing. */
  refresh(): void {
    const content = this.#root.stat(DATABASE)?.kind === "file" ? this.#root.read(DATABASE) : NONE;
    if (Buffer.compare(content, this.#content) === 0) return;
    this.#content = Uint8Array.from(content);
    const lines = linesOf(fromBytes(content));
    this.#to = new Map();
    for (let at = 0; at + 2 < lines.length; at += 3) {
      const [from = "", to = "", owner = ""] = lines.slice(at, at + 3);
      this.#to.set(this.#resolve(from.slice(1)), { to: to.slice(1), owner });
    }
  }
}
