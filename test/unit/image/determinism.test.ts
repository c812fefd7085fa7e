import { execFile } from "node:child_process";
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
}

/** Digests of two images that a process of its own assembled in a new folder. */
async function digestsIn({
  umask = "022",
  zone = "UTC",
  language = "C",
  order = "forward",
  elsewhere = false,
}: Surroundings): Promise<string> {
  await using folder = await temporaryFolder();
  const command = `umask ${umask} && exec "$0" "$@"`;
  const { stdout } = await promisify(execFile)(
    "sh",
    ["-c", command, process.execPath, "--no-warnings", child, folder.path, order],
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

test("time zone, umask, locale, folders and the order of arrival do not show in any digest", async () => {
  const expected = await digestsIn({});

  expect(JSON.parse(expected)).toHaveLength(6);
  expect(await digestsIn({ zone: "Pacific/Chatham", language: "tr_TR.UTF-8" })).toBe(expected);
  expect(await digestsIn({ umask: "077", order: "backward", elsewhere: true })).toBe(expected);
  expect(await digestsIn({ umask: "000", zone: "America/St_Johns", order: "backward" })).toBe(
    expected,
  );
}, 30_000);
