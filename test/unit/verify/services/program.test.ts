import { expect, test } from "vitest";
import { findProgram, searchPath } from "../../../../src/verify/services/program.ts";
import { someFiles } from "../../../support/a-subject.ts";

const files = someFiles([
  { path: "usr", type: "directory" },
  { path: "usr/bin", type: "directory" },
  { path: "usr/bin/app" },
  { path: "opt", type: "directory" },
  { path: "opt/app" },
  { path: "opt/only" },
]);

test("a program is found by the image's PATH, in its order", () => {
  const found = (program: string, ...environment: readonly string[]): string | undefined =>
    findProgram(files, program, environment)?.path;

  expect(found("app", "HOME=/", "PATH=/opt:/usr/bin")).toBe("opt/app");
  expect(found("app", "PATH=/usr/bin:/opt")).toBe("usr/bin/app");
  expect(found("only", "PATH=/usr/bin:/opt")).toBe("opt/only");
  expect(found("app")).toBe("usr/bin/app");
  expect(found("only")).toBeUndefined();
  expect(found("/opt/only")).toBe("opt/only");
});

test("without a PATH the folders are those of the Engine's runtime", () => {
  expect(searchPath(["XPATH=/a", "A=PATH="])).toEqual([
    "/usr/local/sbin",
    "/usr/local/bin",
    "/usr/sbin",
    "/usr/bin",
    "/sbin",
    "/bin",
  ]);
  expect(searchPath(["PATH=/a:/b", "PATH=/c"])).toEqual(["/a", "/b"]);
});
