import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { fromBytes, toBytes } from "../../../../../src/packages/scripts/bytes.ts";
import { baseCommands } from "../../../../../src/packages/scripts/commands/table.ts";
import { LimitReached } from "../../../../../src/packages/scripts/limits.ts";
import { MemoryRoot } from "../../../../../src/packages/scripts/memory/memory-root.ts";
import { callCommand } from "../../../../support/command-call.ts";

const commands = baseCommands({ machine: "x86_64" });

/** 102,400 bytes: 400 times 256, in 1024 lines. */
const text = `${"a".repeat(99)}\n`.repeat(1024);
const packed = fromBytes(gzipSync(text));

/**
 * What a command with `text` as its input counts is more than the first, and at most the second.
 */
const counted: readonly (readonly [string, number, number])[] = [
  ["cat", 399, 410],
  ["head -n 1", 399, 410],
  ["tail -n 1", 399, 410],
  ["tr a b", 399, 410],
  ["wc", 399, 410],
  ["md5sum", 399, 410],
  ["base64", 399, 410],
  ["sort", 399 + 1024, 6000],
  ["uniq", 399 + 1023, 1500],
  ["cut -c 1", 399 + 1023, 1500],
  ["sed s/a/b/", 399 + 1023, 20_000],
  ["awk {n++}", 2000, 20_000],
  ["grep -c b", 399, 20_000],
  ["xargs -n 1 true", 2047, 5000],
];

test.each(counted)("%s counts steps by the size of what it reads", (line, most, enough) => {
  const root = new MemoryRoot({ now: 0 });
  const call = (steps: number) =>
    callCommand(line.split(" "), { root, commands, stdin: text, steps });
  expect(() => call(most)).toThrow(LimitReached);
  const other = new MemoryRoot({ now: 0 });
  expect(
    callCommand(line.split(" "), { root: other, commands, stdin: text, steps: enough }).status,
  ).toBe(line === "grep -c b" ? 1 : 0);
});

test("what is unpacked counts, and not what it is packed in", () => {
  const call = (steps: number) =>
    callCommand(["zcat"], { root: new MemoryRoot({ now: 0 }), commands, stdin: packed, steps });
  expect(packed.length).toBeLessThan(1000);
  expect(() => call(399)).toThrow(LimitReached);
  expect(call(410)).toMatchObject({ status: 0, stdout: text });
});

test.each([
  ["find", "find /d", 200],
  ["rm", "rm -r /d", 200],
  ["cp", "cp -r /d /e", 200],
  ["chmod", "chmod -R 755 /d", 200],
  ["chown", "chown -R 0 /d", 200],
  ["ls", "ls /d", 200],
  ["seq", "seq 200", 199],
  ["getopt", "getopt -o a -- " + "-a ".repeat(200).trim(), 199],
  ["awk", "awk BEGIN{while(i++<200);}", 199],
  ["expr", "expr " + "1 + ".repeat(50) + "1", 99],
  ["touch", "touch " + "/d/x ".repeat(201).trim(), 200],
])("%s counts a step for each thing that it goes through", (_, line, most) => {
  const root = (): MemoryRoot => {
    const filled = new MemoryRoot({ now: 0 });
    for (let at = 0; at < 201; at++)
      filled.add(`/d/${at}`, { kind: "file", mode: 0o644, content: toBytes("") });
    return filled;
  };
  const argv = line.split(" ");
  expect(() => callCommand(argv, { root: root(), commands, steps: most })).toThrow(LimitReached);
  expect(callCommand(argv, { root: root(), commands, steps: most * 20 }).status).toBe(0);
});
