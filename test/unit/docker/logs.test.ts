import { expect, test } from "vitest";
import type { LogLine } from "../../../src/docker/engine.ts";
import { demultiplex, rawFrames } from "../../../src/docker/calls/log-frames.ts";
import { splitLines } from "../../../src/docker/calls/log-lines.ts";

function frame(stream: 1 | 2, text: string | Uint8Array): Buffer {
  const bytes = Buffer.from(text);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
}

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size)
    yield bytes.subarray(start, start + size);
}

const accent = Buffer.from("é");

const output = Buffer.concat([
  frame(1, Buffer.concat([Buffer.from("one "), accent.subarray(0, 1)])),
  frame(2, "error\n"),
  frame(1, Buffer.concat([accent.subarray(1), Buffer.from("\ntwo\n")])),
  frame(1, ""),
  frame(2, "no line end"),
]);

const lines: readonly LogLine[] = [
  { stream: "stderr", text: "error" },
  { stream: "stdout", text: "one é" },
  { stream: "stdout", text: "two" },
  { stream: "stderr", text: "no line end" },
];

test.each([1, 2, 3, 7, 8, 9, 1000])(
  "frames and characters split across chunks of %i bytes",
  async (size) => {
    expect(await Array.fromAsync(splitLines(demultiplex(inChunks(output, size)), false))).toEqual(
      lines,
    );
  },
);

test("a terminal's output has no frames, and two characters at a line's end", async () => {
  const bytes = Buffer.from("one\r\ntwo");
  expect(await Array.fromAsync(splitLines(rawFrames(inChunks(bytes, 4)), false))).toEqual([
    { stream: "stdout", text: "one" },
    { stream: "stdout", text: "two" },
  ]);
});

test("timestamps stand before each line", async () => {
  const bytes = frame(1, "2026-01-02T03:04:05.000000006Z a b\n2026-01-02T03:04:05.000000007Z \n");
  expect(await Array.fromAsync(splitLines(demultiplex(inChunks(bytes, 100)), true))).toEqual([
    { stream: "stdout", timestamp: "2026-01-02T03:04:05.000000006Z", text: "a b" },
    { stream: "stdout", timestamp: "2026-01-02T03:04:05.000000007Z", text: "" },
  ]);
});

test("a line without an end does not fill the memory", async () => {
  const endless = (async function* () {
    for (let count = 0; count < 40; count += 1) yield frame(1, "x".repeat(64 * 1024));
  })();
  const parts = await Array.fromAsync(splitLines(demultiplex(endless), false));
  expect(parts.length).toBeGreaterThan(1);
  expect(parts.reduce((sum, { text }) => sum + text.length, 0)).toBe(40 * 64 * 1024);
});
