import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test, vi } from "vitest";
import { QclockError } from "../../../../src/error.ts";
import { installWheel } from "../../../../src/image/wheels/installed-wheel.ts";
import { unpackWheel } from "../../../../src/image/wheels/unpack-wheel.ts";
import { readWheelMetadata } from "../../../../src/packages/wheels/metadata.ts";
import { parseProjectPage } from "../../../../src/packages/wheels/project-page.ts";
import { parseRequirementsFile } from "../../../../src/python/requirements-file.ts";
import { mutate } from "../../../support/mutate.ts";
import { seededRandom } from "../../../support/seeded-random.ts";
import { temporaryFolder } from "../../../support/temporary-store.ts";
import { aPython, aWheel } from "../../../support/wheel.ts";
import type { ZipItem } from "../../../support/zip.ts";

/** On a busy machine hundreds of small files take longer than a test has by default. */
vi.setConfig({ testTimeout: 60_000 });

const ROUNDS = 200;

const entryPoints = "[console_scripts]\ndemo = demo:main\n";
const files = [
  { path: "demo/__init__.py", content: "x = 1\n".repeat(20) },
  { path: "demo-1.0.data/scripts/old", content: "#!python\nprint()\n" },
];

test("whatever is changed in a wheel, it is taken apart or refused with its reason", async () => {
  await using place = await temporaryFolder();
  const wheel = aWheel({ files, entryPoints, metadata: ["Requires-Dist: a>=1"] });
  const file = path.join(place.path, "wheel");
  const outcomes = new Map<string, number>();
  for (let seed = 0; seed < ROUNDS; seed++) {
    const changed =
      seed % 2 === 0
        ? mutate(wheel.content, seededRandom(seed))
        : aWheel({ files, entryPoints, distInfo: textsChanged(seed) }).content;
    await writeFile(file, changed);
    const outcome = await use({ ...wheel, path: file }, place.path).catch((error: unknown) => {
      if (error instanceof QclockError) return error.code;
      throw error;
    });
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  expect([...outcomes.keys()].toSorted()).toEqual(["done", "wheel-corrupt"]);
});

/** The texts that a wheel says of itself with some bytes changed, and RECORD right for them. */
function textsChanged(seed: number): (items: readonly ZipItem[]) => readonly ZipItem[] {
  const random = seededRandom(seed);
  return (items) =>
    items.map((item) => ({ ...item, content: mutate(Buffer.from(item.content ?? ""), random) }));
}

async function use(
  wheel: {
    readonly name: string;
    readonly version: string;
    readonly file: string;
    readonly path: string;
  },
  folder: string,
): Promise<string> {
  await readWheelMetadata(wheel);
  const unpacked = await unpackWheel({
    wheel,
    path: wheel.path,
    spool: path.join(folder, "spool"),
    storeDirectory: folder,
    signal: new AbortController().signal,
  });
  for (const installed of await installWheel(unpacked, wheel, aPython))
    expect(installed.path).toMatch(/^usr\/local\/(?!.*\.\.)/);
  return "done";
}

test("whatever is changed in a requirements file or a page, there is an answer", () => {
  const lines = `a[b]==1.0 ; python_version < "3" \\\n --hash=sha256:${"a".repeat(64)}\n-r x\n# c\n`;
  const page = `<!DOCTYPE html><a href="a-1-py3-none-any.whl#sha256=${"a".repeat(64)}" data-yanked>a</a>`;
  for (let seed = 0; seed < 2000; seed++) {
    const random = seededRandom(seed);
    const text = Buffer.from(mutate(Buffer.from(lines), random)).toString("utf8");
    for (const { start, end } of parseRequirementsFile(text).problems) {
      expect(start).toBeGreaterThanOrEqual(0);
      expect(end).toBeLessThanOrEqual(text.length);
    }
    const changed = Buffer.from(mutate(Buffer.from(page), random)).toString("utf8");
    expect(["read", "Error: it is no page of HTML"]).toContain(outcomeOf(changed));
  }
});

function outcomeOf(text: string): string {
  try {
    parseProjectPage({ url: "https://x.example/simple/a/", contentType: "text/html", text });
    return "read";
  } catch (error) {
    return String(error);
  }
}
