import { describe, expect, test } from "vitest";
import { formatDiagnostics } from "../../../../src/reporters/format/diagnostic.ts";
import type { Result } from "../../../../src/result.ts";
import type { Diagnostic } from "../../../../src/diagnostic.ts";
import { withEnvFiles } from "../../../../src/stack/services/env-files.ts";
import type { Service, Stack } from "../../../../src/stack/stack.ts";
import { codesOf, screenOf, stackOf } from "../../../support/read-manifest.ts";

const head = 'name: shop\nimages: { app: { from: scratch, user: "1:1" } }\n';
const files = ["app.env", "local.env", "folder/"];

function textOf(service: string): string {
  return `${head}services:\n  app:\n    image: app\n${service.replace(/^/gm, "    ")}\n`;
}

/** The stack of a service once its files were read. */
function read(
  service: string,
  contents: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
): Result<Stack, readonly Diagnostic[]> {
  return withEnvFiles(stackOf(textOf(service), { files, environment }), {
    texts: new Map(
      Object.entries(contents).map(([name, text]) => [
        `/project/${name}`,
        { text, displayPath: name },
      ]),
    ),
    environment: new Map(Object.entries(environment)),
  });
}

function serviceOf(...request: Parameters<typeof read>): Service {
  const stack = read(...request);
  if (!stack.ok) throw new Error(formatDiagnostics(stack.error, { color: false }));
  const service = stack.value.services.get("app");
  if (service === undefined) throw new Error("no service");
  return service;
}

describe("env_file", () => {
  test.each(["env_file: app.env", "env_file: [app.env]", "env_file: [{ path: app.env }]"])(
    "gives a service its variables: %s",
    (written) => {
      expect(serviceOf(written, { "app.env": "A=1\nB='two words'\n" })).toMatchObject({
        environment: new Map([
          ["A", "1"],
          ["B", "two words"],
        ]),
        fileVariables: new Set(["A", "B"]),
      });
    },
  );

  test("of several the later counts, and `environment` goes before all", () => {
    const service = serviceOf("env_file: [app.env, local.env]\nenvironment: { C: own }", {
      "app.env": "A=1\nB=1\nC=1\n",
      "local.env": "B=2\n",
    });
    expect(Object.fromEntries(service.environment)).toEqual({ A: "1", B: "2", C: "own" });
    expect(service.fileVariables).toEqual(new Set(["A", "B"]));
  });

  test("has variables of the process, of `environment` and of earlier files in its values", () => {
    const service = serviceOf(
      "env_file: [app.env, local.env]\nenvironment: { OWN: own }",
      { "app.env": "A=$HOME-$OWN\n", "local.env": "B=$A!\n" },
      { HOME: "/me" },
    );
    expect(service.environment.get("B")).toBe("/me-own!");
  });

  test("takes values as they are with the format raw", () => {
    const service = serviceOf("env_file: [{ path: app.env, format: raw }]", {
      "app.env": 'A="$B" # c\n',
    });
    expect(service.environment.get("A")).toBe('"$B" # c');
  });

  test("may be missing where it is not required, and leaves the service as it is", () => {
    const stack = stackOf(textOf("env_file: [{ path: other.env, required: false }]"), { files });
    expect(withEnvFiles(stack, { texts: new Map(), environment: new Map() })).toEqual({
      ok: true,
      value: stack,
    });
  });

  test("that hides nothing counts as none", () => {
    const service = serviceOf("env_file: app.env\nenvironment: { A: own }", { "app.env": "A=1" });
    expect(service).not.toHaveProperty("fileVariables");
  });
});

describe("what is wrong", () => {
  test("with a file that is missing is shown at its place in the manifest", () => {
    const stack = read("env_file:\n  - app.env\n  - path: other.env", { "app.env": "" });
    expect(stack.ok ? "" : `\n${formatDiagnostics(stack.error, { color: false })}`)
      .toMatchInlineSnapshot(`
      "
      stack.config.yaml:8:15 error: The file of variables of service "app" does not exist. [missing-file]

          8 |       - path: other.env
            |               ~~~~~~~~~
            hint: Make it, or write \`{ path: …, required: false }\` when it may be missing.

      1 error
      "
    `);
  });

  test("with a line is shown in the file, once for all services that name it", () => {
    const text = `${head}services: { a: { image: app, env_file: app.env }, b: { image: app, env_file: app.env } }\n`;
    const stack = withEnvFiles(stackOf(text, { files }), {
      texts: new Map([["/project/app.env", { text: "A=1\nB C\n", displayPath: "app.env" }]]),
      environment: new Map(),
    });
    expect(
      stack.ok ? [] : stack.error.map(({ code, location }) => [code, location.file, location.line]),
    ).toEqual([["env-file-syntax", "app.env", 2]]);
  });

  test.each([
    ["a folder", "env_file: folder", ["missing-file"]],
    ["a path out of the project", "env_file: ['../x.env']", ["path-outside-project"]],
    ["another format", "env_file: [{ path: app.env, format: yaml }]", ["invalid-value"]],
    ["no path", "env_file: [{ required: false }]", ["missing-key"]],
    ["a map", "env_file: { path: app.env }", ["wrong-type"]],
  ])("%s", (_what, written, codes) => {
    expect(codesOf(textOf(written), { files })).toEqual(codes);
  });

  test("a file that is not there is no problem of the manifest", () => {
    expect(screenOf(textOf("env_file: other.env"), { files })).toBe("");
  });
});
