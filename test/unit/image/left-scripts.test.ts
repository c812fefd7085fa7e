import { expect, test } from "vitest";
import { refuseLeftScripts, reportLeftScripts } from "../../../src/image/left-scripts.ts";
import type { LeftScript } from "../../../src/packages/installation.ts";

const lua: LeftScript = {
  package: "filesystem",
  script: "%pretrans",
  reason: "it needs setmetatable of Lua",
  effects: [{ grade: "missing", text: "what a script in Lua does" }],
  notRun: "Lua is a part of rpm and no program of an image",
};

const run: LeftScript = {
  package: "locales",
  script: "postinst",
  reason: 'it needs the command "localedef"',
  effects: [],
  call: { path: "/bin/sh", args: [], environment: {} },
};

function noticesOf(scripts: "run" | "interpret"): readonly string[] {
  const notices: string[] = [];
  reportLeftScripts({ name: "app", scripts }, [lua, run], (message, level) => {
    notices.push(`${level}: ${message}`);
  });
  return notices;
}

const undone =
  "the %pretrans of filesystem was undone, because it needs setmetatable of Lua. " +
  "Missing: what a script in Lua does. What is needed of that has to come with the image's files.";
const notRun =
  "The %pretrans of filesystem cannot be run in a container: " +
  "Lua is a part of rpm and no program of an image.";

test("where scripts are run, of those that cannot be it is said why", () => {
  expect(noticesOf("run")).toEqual([`warning: Image "app": ${undone} ${notRun}`]);
});

test("where scripts are interpreted, each one that was undone is told", () => {
  expect(noticesOf("interpret")).toEqual([
    `warning: Image "app": ${undone}`,
    'info: Image "app": the postinst of locales was undone, because it needs the command "localedef". Nothing is known to be missing.',
  ]);
});

test("with strict_scripts one that cannot be run is refused, one that is run is not", () => {
  const image = { name: "app", scripts: "run" } as const;
  expect(() => {
    refuseLeftScripts(image, [run, lua]);
  }).toThrow(`Image "app" has \`strict_scripts\`, and ${undone} ${notRun}`);
  refuseLeftScripts(image, [run]);
});
