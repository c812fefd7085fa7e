import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Bench } from "../bench.ts";
import type { Case, CaseGroup } from "../case.ts";
import { watchMemory } from "../memory.ts";
import { measured } from "../row.ts";

const SIZES = [20_000, 50_000];
const FILES_PER_FOLDER = 200;
const MOST_MB = 300;

/** One image of very many files of the project: each of them costs time and memory. */
export const manyFiles: Case = {
  name: "many-files",
  summary: "20,000 and 50,000 files in one image: first build, build with nothing changed, memory",
  rounds: 3,
  async measure(bench, rounds) {
    const groups: CaseGroup[] = [];
    for (const size of SIZES) groups.push(await measureSize(bench, size, rounds));
    return groups;
  },
};

async function measureSize(bench: Bench, size: number, rounds: number): Promise<CaseGroup> {
  const directory = path.join(bench.directory, `files-${size}`);
  await generateFiles(directory, size);
  const store = path.join(bench.directory, "store-files");
  const place = bench.place(directory, { environment: { QCLOCK_STORE: store } });
  const command = bench.qclockHere("build");
  const empty = async (): Promise<void> => {
    await bench.run(bench.qclockHere("reset", "--images", "--yes"), place);
    await rm(store, { recursive: true, force: true });
  };
  const name = "`qclock build`";
  const first = await bench.time([{ name: `${name}, first`, command, place, before: empty }], {
    rounds,
    warmUp: false,
  });
  const again = await bench.time([{ name: `${name}, nothing changed`, command, place }], {
    rounds,
  });
  const unchangedBytes = await watchMemory(command, place, bench.signal);
  await empty();
  const firstBytes = await watchMemory(command, place, bench.signal);
  const memory = [
    ["first", firstBytes],
    ["nothing changed", unchangedBytes],
  ] as const;
  const memoryRows = memory.map(([when, { commandBytes }]) => {
    const megabytes = commandBytes / 1e6;
    const target = { text: `< ${MOST_MB} MB`, reached: megabytes < MOST_MB };
    return {
      contestant: `${name}, ${when}: memory`,
      outcome: measured("MB", [megabytes]),
      target,
    };
  });
  return { title: `${size} files in one image`, rows: [...first, ...again, ...memoryRows] };
}

/**
 * A stack of one image with that many small files, in folders such as packages of a language have.
 */
async function generateFiles(directory: string, count: number): Promise<void> {
  for (let start = 0; start < count; start += FILES_PER_FOLDER) {
    const folder = path.join(directory, "app", `module-${start}`, "lib");
    await mkdir(folder, { recursive: true });
    const end = Math.min(count, start + FILES_PER_FOLDER);
    for (let index = start; index < end; index++) {
      const text = `export const value${index} = ${index};\n`.repeat(10);
      await writeFile(path.join(folder, `component-${index}.js`), text);
    }
  }
  const manifest = {
    name: `qclock-bench-files-${count}`,
    images: { app: { from: "scratch", files: [{ path: "app", target: "/srv/app" }] } },
  };
  await writeFile(path.join(directory, "stack.config.yaml"), JSON.stringify(manifest));
}
