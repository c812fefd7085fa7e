import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { documents } from "./documents.ts";

// `npm run docs`: write what is made from the sources. A unit test fails when one is out of date.
for (const [file, text] of documents()) {
  const target = path.resolve(import.meta.dirname, "..", file);
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(target, text);
}
