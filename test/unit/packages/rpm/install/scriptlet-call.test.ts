import { describe, expect, test } from "vitest";
import type { ScriptCall } from "../../../../../src/packages/installation.ts";
import { callOf } from "../../../../../src/packages/rpm/install/scriptlet-call.ts";
import type { Scriptlet } from "../../../../../src/packages/rpm/install/scriptlets.ts";
import { fromText } from "../../../../../src/packages/scripts/bytes.ts";
import { baseCommands } from "../../../../../src/packages/scripts/commands/table.ts";
import { MemoryRoot } from "../../../../../src/packages/scripts/memory/memory-root.ts";
import { runScript } from "../../../../../src/packages/scripts/run-script.ts";

const environment = { PATH: "/usr/bin" };

const shell: Scriptlet = { program: ["/bin/sh"], text: "cat >>/log", isExpanded: false };

const byItself = (...program: readonly string[]): Scriptlet => ({ program, isExpanded: false });

function called(given: Partial<Scriptlet>, files?: readonly string[]): ScriptCall {
  const scriptlet = "isExpanded" in given ? { ...byItself(), ...given } : { ...shell, ...given };
  const reading = files === undefined ? {} : { files };
  const found = callOf({ scriptlet, args: ["1", "2"], ...reading }, environment);
  if ("notRun" in found) throw new Error(found.notRun);
  return found.call;
}

/** Does what a call of the image's shell does, with some programs that are there. */
function run({ path, args }: ScriptCall): { readonly root: MemoryRoot; readonly log: string } {
  expect(path).toBe("/bin/sh");
  const [option, text = "", name = "", ...words] = args;
  expect(option).toBe("-c");
  const root = new MemoryRoot({ now: 0 });
  root.changeAs("test");
  root.mkdir("/tmp", 0o1777);
  const log = (call: { args: readonly string[]; stdin: { readAll(): Uint8Array } }): number => {
    const input = Buffer.from(call.stdin.readAll()).toString();
    root.append("/log", Buffer.from(`${call.args.join(" ")}:${input}\n`));
    return 0;
  };
  const outcome = runScript({
    text,
    name,
    args: words.map(fromText),
    env: new Map(Object.entries(environment)),
    root,
    commands: new Map([...baseCommands({ machine: "x86_64" }), ["python3", log]]),
    now: 0,
  });
  expect(outcome).toMatchObject({ type: "ended", status: 0 });
  return { root, log: Buffer.from(root.read("/log")).toString() };
}

describe("how a scriptlet is run in a container", () => {
  test("a shell gets the script as a word, and the script its numbers", () => {
    expect(called({})).toEqual({
      path: "/bin/sh",
      args: ["-c", "cat >>/log", "/bin/sh", "1", "2"],
      environment,
    });
    expect(called(byItself("/sbin/ldconfig", "-X"))).toEqual({
      path: "/sbin/ldconfig",
      args: ["-X"],
      environment,
    });
  });

  test("a trigger of files reads their paths", () => {
    const files = ["/usr/lib/a b", "/usr/lib/grün", "/usr/lib/-n", String.raw`/usr/lib/\n%s`];
    const { log } = run(called({ text: 'echo "$*" >>/log; cat >>/log' }, files));
    expect(log).toBe(`1 2\n${files.join("\n")}\n`);
    expect(run(called({ text: "cat >>/log" }, [])).log).toBe("");
  });

  test("another program gets the script as a file, and a program by itself the paths", () => {
    const python = { program: ["/usr/bin/python3", "-I"], text: "print('ü')\n" };
    const { root, log } = run(called(python));
    expect(log).toBe("-I /tmp/rpm-tmp.script 1 2:\n");
    expect(Buffer.from(root.read("/tmp/rpm-tmp.script")).toString()).toBe("print('ü')\n");
    const alone = called(byItself("/usr/bin/python3"), ["/usr/x"]);
    expect(run(alone).log).toBe(":/usr/x\n\n");
  });

  test("what is longer than a word is handed over in several, and what is too long is not", () => {
    const long = `#${"ü😀".repeat(60_000)}\necho "$1" >>/log`;
    const call = called({ text: long });
    for (const word of call.args) expect(Buffer.byteLength(word)).toBeLessThan(128 * 1024);
    expect(run(call).log).toBe("1\n");
    const files = Array.from({ length: 5000 }, (_, at) => `/usr/share/${"x".repeat(100)}/${at}`);
    expect(run(called({}, files)).log).toBe(`${files.join("\n")}\n`);
    const tooMany = callOf(
      { scriptlet: shell, args: ["0"], files: [...files, ...files] },
      environment,
    );
    expect(tooMany).toEqual({
      notRun: "it is too long to be handed over, with the paths that it reads",
    });
  });

  test.each<[Partial<Scriptlet>, string]>([
    [{ program: ["<lua>"] }, "Lua is a part of rpm and no program of an image"],
    [{ isExpanded: true }, "rpm would expand macros in it first"],
    [{ program: ["python3"] }, "its program has no absolute path"],
  ])("%j is not run", (scriptlet, notRun) => {
    expect(callOf({ scriptlet: { ...shell, ...scriptlet }, args: [] }, environment)).toEqual({
      notRun,
    });
  });
});
