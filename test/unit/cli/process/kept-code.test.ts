import { spawnSync } from "node:child_process";
import { chmod, readdir, readFile, rename, stat, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { type Evaluated, evaluateKept } from "../../../../src/cli/process/kept-code.ts";
import { temporaryFolder } from "../../../support/temporary-store.ts";

interface Exports {
  readonly name: string;
  readonly answer: () => string;
}

function loadNothing(file: string): never {
  throw new Error(`${file} is asked for.`);
}

function sourceThatAnswers(answer: string): string {
  return `exports.name = require("node:path").basename(__filename);\nexports.answer = () => "${answer}";\n`;
}

/** A folder with a file to evaluate, and with the code of an evaluation where `keep` says so. */
async function aFolder({ keep }: { readonly keep: boolean }): Promise<
  {
    readonly file: string;
    readonly kept: string;
    readonly evaluate: () => Evaluated<Exports>;
  } & AsyncDisposable
> {
  const folder = await temporaryFolder();
  const file = path.join(folder.path, "source.cjs");
  const kept = path.join(folder.path, "code");
  const evaluate = (): Evaluated<Exports> => evaluateKept(file, kept, loadNothing);
  await writeFile(file, sourceThatAnswers("one"));
  if (keep) {
    const first = evaluate();
    first.exports.answer();
    first.keep();
  }
  return {
    file,
    kept,
    evaluate,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

function expectAnswer(
  { exports, wasKept }: Evaluated<Exports>,
  answer: string,
  used: boolean,
): void {
  expect({ name: exports.name, answer: exports.answer(), wasKept }).toEqual({
    name: "source.cjs",
    answer,
    wasKept: used,
  });
}

test("a file is evaluated with the code that an earlier run kept", async () => {
  await using folder = await aFolder({ keep: true });
  expectAnswer(folder.evaluate(), "one", true);
});

test("nothing is kept unless it is asked for, and nothing beside the code", async () => {
  await using folder = await aFolder({ keep: false });
  const { keep } = folder.evaluate();
  expectAnswer(folder.evaluate(), "one", false);
  keep();
  expect(await readdir(path.dirname(folder.kept))).toEqual(["code", "source.cjs"]);
  expect((await stat(folder.kept)).mode & 0o777).toBe(0o600);
});

test("code that was used, or kept already, is not written again", async () => {
  await using folder = await aFolder({ keep: false });
  const first = folder.evaluate();
  first.keep();
  const { ino } = await stat(folder.kept);
  first.keep();
  folder.evaluate().keep();
  expect((await stat(folder.kept)).ino).toBe(ino);
});

test("code of another source of the same length is passed over and replaced", async () => {
  await using folder = await aFolder({ keep: true });
  await writeFile(`${folder.file}.new`, sourceThatAnswers("two"));
  await rename(`${folder.file}.new`, folder.file);
  const second = folder.evaluate();
  expectAnswer(second, "two", false);
  second.keep();
  expectAnswer(folder.evaluate(), "two", true);
});

test("damaged code is passed over", async () => {
  await using folder = await aFolder({ keep: true });
  const bytes = await readFile(folder.kept);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 9) ^ 1, bytes.length - 9);
  await writeFile(folder.kept, bytes);
  expectAnswer(folder.evaluate(), "one", false);
  await writeFile(folder.kept, "");
  expectAnswer(folder.evaluate(), "one", false);
});

test("code that somebody else can have written is passed over", async () => {
  await using folder = await aFolder({ keep: true });
  await chmod(folder.kept, 0o620);
  expectAnswer(folder.evaluate(), "one", false);
  await chmod(folder.kept, 0o600);
  expectAnswer(folder.evaluate(), "one", true);
  await rename(folder.kept, `${folder.kept}.elsewhere`);
  await symlink(`${folder.kept}.elsewhere`, folder.kept);
  expectAnswer(folder.evaluate(), "one", false);
});

test("what a file asks for from its folder is loaded the same way, and once", async () => {
  await using folder = await temporaryFolder();
  const at = (name: string): string => path.join(folder.path, name);
  await writeFile(at("first.cjs"), 'exports.ask = () => require("./second.cjs");\n');
  await writeFile(
    at("second.cjs"),
    'exports.platform = require("node:os").platform();\nexports.first = require("./first.cjs");\n',
  );
  const loaded: string[] = [];
  const load = <Loaded>(file: string): Evaluated<Loaded> => {
    loaded.push(path.basename(file));
    return evaluateKept<Loaded>(file, `${file}.kept`, (beside) => load(beside).exports);
  };
  const { exports: first } = load<{ readonly ask: () => object }>(at("first.cjs"));
  expect(first.ask()).toEqual({ platform: process.platform, first });
  expect(first.ask()).toBe(first.ask());
  expect(loaded).toEqual(["first.cjs", "second.cjs"]);
});

test("where no code can be kept, nothing fails", async () => {
  await using folder = await aFolder({ keep: false });
  const elsewhere = path.join(folder.kept, "missing");
  evaluateKept<Exports>(folder.file, elsewhere, loadNothing).keep();
  expectAnswer(evaluateKept<Exports>(folder.file, elsewhere, loadNothing), "one", false);
});

test("a process whose young space is kept small keeps code for those that begin", async () => {
  await using folder = await aFolder({ keep: false });
  const inProcess = (statements: string): string => {
    const source = path.resolve(import.meta.dirname, "../../../../src");
    const code = `
      const { evaluateKept } = await import("${source}/cli/process/kept-code.ts");
      const { keepYoungSpaceSmall } = await import("${source}/young-space.ts");
      const given = ${JSON.stringify([folder.file, folder.kept])};
      ${statements}`;
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ["--no-warnings", "--input-type=module", "--eval", code],
      { encoding: "utf8" },
    );
    return stdout + stderr;
  };
  const say = "console.log(evaluateKept(...given).wasKept);";
  expect(inProcess("const { keep } = evaluateKept(...given); keepYoungSpaceSmall(); keep();")).toBe(
    "",
  );
  expect(inProcess(say)).toBe("true\n");
  // V8 refuses code of other flags: what was kept above was kept for those of the start.
  expect(inProcess(`keepYoungSpaceSmall(); ${say}`)).toBe("false\n");
});
