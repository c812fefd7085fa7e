import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../support/temporary-store.ts";

const child = join(import.meta.dirname, "../../support/assemble-child.ts");

interface Surroundings {
  readonly umask?: string;
  readonly zone?: string;
  readonly language?: string;
  readonly order?: "forward" | "backward";
  /** Run in the store's own folder. */
  readonly elsewhere?: boolean;
  /** How many threads unpack. */
  readonly threads?: number;
  /** How far the clock is off, in days. */
  readonly clockDays?: number;
  /**
   * What the store holds already: everything, the layers without what is known of them, or what is
   * known without the layers.
   */
  readonly store?: "empty" | "full" | "layers" | "notes";
}

/** A module that puts the process's clock forward or back. */
function clockModule(days: number): string {
  const source = `const Real = Date, shift = ${days} * 86400000;
    globalThis.Date = class extends Real {
      constructor(...parts) { parts.length === 0 ? super(Real.now() + shift) : super(...parts); }
      static now() { return Real.now() + shift; }
    };`;
  return `data:text/javascript,${encodeURIComponent(source)}`;
}

/** Digests of two images that a process of its own assembled in a new folder. */
async function digestsIn({
  umask = "022",
  zone = "UTC",
  language = "C",
  order = "forward",
  elsewhere = false,
  threads = 2,
  clockDays = 0,
  store = "empty",
}: Surroundings): Promise<string> {
  await using folder = await temporaryFolder();
  if (store !== "empty") {
    await assemble();
    const lost = { full: "tmp", layers: "notes", notes: "blobs" }[store];
    await rm(join(folder.path, "store", lost), { recursive: true });
  }
  return await assemble();

  async function assemble(): Promise<string> {
    const command = `umask ${umask} && exec "$0" "$@"`;
    const { stdout } = await promisify(execFile)(
      "sh",
      [
        "-c",
        command,
        process.execPath,
        "--no-warnings",
        "--import",
        clockModule(clockDays),
        child,
        folder.path,
        order,
        String(threads),
      ],
      {
        cwd: elsewhere ? folder.path : process.cwd(),
        env: {
          PATH: process.env["PATH"],
          HOME: folder.path,
          TZ: zone,
          LANG: language,
          LC_ALL: language,
        },
      },
    );
    return stdout;
  }
}

test.each([
  ["the time zone and the language", { zone: "Pacific/Chatham", language: "tr_TR.UTF-8" }],
  [
    "the umask, the folder and the order of arrival",
    { umask: "077", order: "backward", elsewhere: true },
  ],
  ["all of these otherwise", { umask: "000", zone: "America/St_Johns", order: "backward" }],
  ["a clock that is ten years ahead", { clockDays: 3653 }],
  ["a clock that stands before 1970", { clockDays: -365 * 60 }],
  ["one thread", { threads: 1 }],
  ["many threads, and the order of arrival", { threads: 4, order: "backward" }],
  ["a store that has everything", { store: "full" }],
  ["a store that has the layers and knows nothing of them", { store: "layers" }],
  ["a store that knows of layers that it has not", { store: "notes" }],
] as const satisfies readonly (readonly [string, Surroundings])[])(
  "%s does not show in any digest",
  async (_, surroundings) => {
    const expected = await reference;

    expect(JSON.parse(expected)).toHaveLength(6);
    expect(await digestsIn(surroundings)).toBe(expected);
  },
  30_000,
);

const reference = digestsIn({});
