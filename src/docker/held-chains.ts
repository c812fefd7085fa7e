import type { Digest } from "../digest.ts";

/**
 * What a run knows of the layers in the Engine: looked up once, since asking for every image of the
 * stack at each of its images takes longer than loading them does when they are hundreds. What has
 * gone meanwhile is noticed when it is left out.
 */
export class HeldChains {
  #found: Promise<readonly (readonly Digest[])[]> | undefined;
  readonly #added: (readonly Digest[])[] = [];
  readonly #named = new Map<string, Promise<readonly Digest[] | undefined>>();

  /**
   * Begin to look at the image of a name, which is going to be loaded. A failure shows when its
   * layers are asked for.
   */
  lookAhead(reference: string, look: () => Promise<readonly Digest[] | undefined>): void {
    const looking = look();
    looking.catch(() => undefined);
    this.#named.set(reference, looking);
  }

  /** The layers of the image that has a name now: as looked ahead, else `look` asks the Engine. */
  async under(
    reference: string,
    look: () => Promise<readonly Digest[] | undefined>,
  ): Promise<readonly Digest[] | undefined> {
    const seen = this.#named.get(reference);
    // Once: after loading the name is another image's.
    this.#named.delete(reference);
    return await (seen ?? look());
  }

  /** The chains known so far; `look` asks the Engine, the first time. */
  async find(
    look: () => Promise<readonly (readonly Digest[])[]>,
  ): Promise<readonly (readonly Digest[])[]> {
    this.#found ??= look();
    return [...(await this.#found), ...this.#added];
  }

  /** Those that this run has brought. */
  get added(): readonly (readonly Digest[])[] {
    return this.#added;
  }

  add(chains: readonly (readonly Digest[])[]): void {
    this.#added.push(...chains);
  }
}
