/**
 * An environment that remembers which variables were asked for, with their values: absent ones
 * count as well.
 */
export class WatchedEnvironment extends Map<string, string> {
  readonly #asked: Map<string, string | undefined>;

  constructor(environment: ReadonlyMap<string, string>, asked: Map<string, string | undefined>) {
    super(environment);
    this.#asked = asked;
  }

  override get(name: string): string | undefined {
    const value = super.get(name);
    this.#asked.set(name, value);
    return value;
  }
}
