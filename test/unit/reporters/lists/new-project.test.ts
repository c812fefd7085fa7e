import { expect, test } from "vitest";
import { createStyle } from "../../../../src/reporters/format/style.ts";
import { formatNewProject, type NewProject } from "../../../../src/reporters/lists/new-project.ts";

const project: NewProject = {
  name: "shop",
  template: { name: "empty" },
  database: "postgres",
  shown: "My Shop",
  isHere: false,
  written: ["README.md", "images/web/a", "images/web/b", "schema/stack.schema.json"],
  kept: [".gitignore"],
  assumed: ["--port 8080"],
};

const screenOf = (changes: Partial<NewProject> = {}): string => {
  const { written, next } = formatNewProject(
    { ...project, ...changes },
    createStyle({ color: false }),
  );
  return `${written}\n${next}`;
};

test("what was written, what was left, and what to do now", () => {
  expect(screenOf()).toMatchInlineSnapshot(`
    "✔ shop, from the template empty, with postgres, written to My Shop
      README.md
      images/  2 files
      schema/stack.schema.json
    taken, since nobody said otherwise: --port 8080
    left as it was: .gitignore
    let .gitignore name .env, which may hold secrets

    next:
      cd 'My Shop'
      qclock up       # builds what is missing, starts it, and waits until every probe answers
      qclock verify   # proves it: probes, hardening, what is in the images"
  `);
});

test("who is in the folder already goes nowhere, and a folder that a terminal would obey is not printed", () => {
  expect(screenOf({ isHere: true })).not.toContain("cd ");
  const hostile = screenOf({ shown: "a\u001B[31m" });
  expect(hostile).not.toContain("\u001B");
  expect(hostile).not.toContain("cd ");
  expect(screenOf({ shown: "it's" })).toContain(String.raw`cd 'it'\''s'`);
  expect(screenOf({ shown: "-x" })).toContain("cd ./-x\n");
});
