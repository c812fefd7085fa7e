import { expect, test } from "vitest";
import { wantedReports } from "../../../../src/cli/open/report-file.ts";

test("reports are asked for by kind and file", () => {
  expect(wantedReports({ reports: ["json=a=b.json", "text=out/x"], junit: "j.xml" })).toEqual([
    { kind: "json", file: "a=b.json" },
    { kind: "text", file: "out/x" },
    { kind: "junit", file: "j.xml" },
  ]);
  expect(wantedReports({})).toEqual([]);
});

test.each([
  [["jnuit=r.xml"], "Did you mean junit=r.xml? Kinds are text, json, junit."],
  [["report.xml"], "Kinds are text, json, junit: --report junit=report.xml"],
  [["junit="], "Kinds are text, json, junit: --report junit=report.xml"],
  [["toString=x"], "Kinds are text, json, junit: --report junit=report.xml"],
  [["json=a", "text=./a"], "Give each a file of its own."],
])("%s is refused", (reports, hint) => {
  expect(() => wantedReports({ reports })).toThrow(
    expect.objectContaining({ code: "usage", hint }),
  );
});
