import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");

/** Read side by side, and in a review, a longer line is cut or wrapped where nobody wants it. */
const columns = 100;

test("lines of comment are at most 100 columns wide", () => {
  const files = globSync("{src,test,bench,bin,docs,scripts}/**/*.{ts,js}", { cwd: root });
  expect(files.length).toBeGreaterThan(500);
  const long = files.flatMap((file) =>
    readFileSync(path.join(root, file), "utf8")
      .split("\n")
      .flatMap((line, index) => {
        const isComment = /^\s*(?:\/\/|\*|\/\*\*)/.test(line) && !line.includes("oxlint-disable");
        const { length: width } = line.replace(/\*\/.*/, "*/");
        return isComment && width > columns ? [`${file}:${index + 1}`] : [];
      }),
  );
  expect(long).toEqual([]);
});
