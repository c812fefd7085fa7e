import { QclockError } from "../../error.ts";
import type { Downloader } from "../../store/downloader.ts";
import { indexAdvice } from "./index-advice.ts";
import { acceptedKinds, type IndexedFile, parseProjectPage } from "./project-page.ts";

/** Where Python packages come from, and who says so. */
export interface IndexPlaces {
  /** Without credentials, each with a slash at its end; asked in turn. */
  readonly urls: readonly string[];
  /** `user:password` by origin. */
  readonly credentials: ReadonlyMap<string, string>;
  /** Who named them: `QCLOCK_PYTHON_INDEX`, `PIP_INDEX_URL`, `/etc/pip.conf`. */
  readonly origin: string;
}

/** The index of Python packages that a run asks. */
export interface PythonIndex {
  /** All files of a project by its normalised name; undefined where no index knows it. */
  filesOf(name: string): Promise<readonly IndexedFile[] | undefined>;
  /** The index in a sentence: its address, and who named it. */
  describe(): Promise<string>;
}

/** The page of a project with the most files is some ten megabytes. */
const PAGE_LIMIT_BYTES = 64 * 1024 * 1024;

/** An index by the simple repository API. `places` is called when something is asked first. */
export class SimpleIndex implements PythonIndex {
  readonly #downloader: Downloader;
  readonly #signal: AbortSignal;
  readonly #places: () => Promise<IndexPlaces>;
  #known: Promise<IndexPlaces> | undefined;
  readonly #pages = new Map<string, Promise<readonly IndexedFile[] | undefined>>();

  constructor(options: {
    readonly downloader: Downloader;
    readonly places: () => Promise<IndexPlaces>;
    readonly signal: AbortSignal;
  }) {
    this.#downloader = options.downloader;
    this.#places = options.places;
    this.#signal = options.signal;
  }

  async describe(): Promise<string> {
    const { urls, origin } = await this.#find();
    return `${urls.join(" and ")} (${origin})`;
  }

  filesOf(name: string): Promise<readonly IndexedFile[] | undefined> {
    const known = this.#pages.get(name);
    if (known !== undefined) return known;
    const asked = this.#ask(name);
    this.#pages.set(name, asked);
    return asked;
  }

  #find(): Promise<IndexPlaces> {
    return (this.#known ??= this.#places().then((places) => {
      for (const [origin, credentials] of places.credentials)
        this.#downloader.authorize(origin, credentials);
      return places;
    }));
  }

  /** What several indexes have counts together: the hashes say which files may be used. */
  async #ask(name: string): Promise<readonly IndexedFile[] | undefined> {
    const { urls } = await this.#find();
    const pages = await Promise.all(urls.map((url) => this.#page(`${url}${name}/`)));
    const found = pages.filter((page) => page !== undefined);
    return found.length === 0 ? undefined : found.flat();
  }

  async #page(url: string): Promise<readonly IndexedFile[] | undefined> {
    const page = await this.#downloader.page(url, {
      accept: acceptedKinds,
      maximumBytes: PAGE_LIMIT_BYTES,
      advice: indexAdvice,
      signal: this.#signal,
    });
    if (page === undefined) return undefined;
    try {
      return parseProjectPage({ ...page, text: Buffer.from(page.bytes).toString("utf8") });
    } catch (error) {
      throw new QclockError("index-unreachable", `${url} is no page of a simple index.`, {
        cause: error,
        hint: "The index's URL usually ends in /simple: check QCLOCK_PYTHON_INDEX, `mirrors` in the manifest, PIP_INDEX_URL or pip.conf.",
      });
    }
  }
}
