import type { InstalledDeb } from "./installed.ts";
import { type Diversion, diversionsIn } from "./script/diversions.ts";

/**
 * Where the files of packages go that another package moves out of its own way. Paths have no
 * leading slash.
 */
export class Diversions {
  readonly #to = new Map<string, Diversion>();
  readonly #resolve: (path: string) => string;

  /**
   * `resolve` finds the place of a path in the image. A later diversion of the same file changes
   * nothing.
   */
  constructor(
    installed: readonly Pick<InstalledDeb, "controlFiles">[],
    resolve: (path: string) => string,
  ) {
    this.#resolve = resolve;
    for (const { controlFiles } of installed) {
      for (const found of diversionsIn(controlFiles.get("preinst") ?? "")) {
        const from = resolve(found.from.slice(1));
        if (!this.#to.has(from)) this.#to.set(from, found);
      }
    }
  }

  /** The place of a file of a package. */
  placeOf(path: string, owner: string): string {
    const at = this.#resolve(path);
    const found = this.#to.get(at);
    return found === undefined || found.package === owner ? at : this.#resolve(found.to.slice(1));
  }

  /** In dpkg's form: three lines each. */
  toDatabase(): string {
    return [...this.#to.values()]
      .map((found) => `${found.from}\n${found.to}\n${found.package}\n`)
      .join("");
  }
}
