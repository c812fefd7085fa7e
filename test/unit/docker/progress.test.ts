import { expect, test } from "vitest";
import { decodeTrace } from "../../../src/docker/progress/buildkit-trace.ts";
import { decodeJsonLines } from "../../../src/docker/progress/json-lines.ts";
import { readProtobuf } from "../../../src/docker/progress/protobuf.ts";
import { TraceText } from "../../../src/docker/progress/trace-text.ts";

/** A protobuf field: numbers as varints, strings, bytes and nested messages with their length. */
function field(number: number, value: number | string | Uint8Array): Buffer {
  if (typeof value === "number") return Buffer.concat([varint(number << 3), varint(value)]);
  const bytes = Buffer.from(value);
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}

const time = field(1, 1_700_000_000);

function vertex(digest: string, name: string, ...more: readonly Buffer[]): Buffer {
  return field(
    1,
    Buffer.concat([field(1, digest), field(2, "sha256:input"), field(3, name), ...more]),
  );
}

function log(digest: string, bytes: Uint8Array): Buffer {
  return field(3, Buffer.concat([field(1, digest), field(2, time), field(3, 1), field(4, bytes)]));
}

test("a trace: a step, its output with a character split across messages, its end", () => {
  const text = new TraceText();
  const e = Buffer.from("é");
  const add = (...parts: readonly Buffer[]): readonly string[] =>
    text.add(decodeTrace(Buffer.concat(parts)));

  expect(add(vertex("a", "[1/2] FROM base"))).toEqual([]);
  expect(
    add(
      vertex("a", "[1/2] FROM base", field(5, time)),
      vertex("a", "[1/2] FROM base", field(5, time)),
    ),
  ).toEqual(["#1 [1/2] FROM base"]);
  expect(add(log("a", Buffer.concat([Buffer.from("cr"), e.subarray(0, 1)])))).toEqual([]);
  expect(add(log("a", Buffer.concat([e.subarray(1), Buffer.from("\nlast")])))).toEqual(["#1 cré"]);
  expect(add(vertex("a", "[1/2] FROM base", field(5, time), field(6, time)))).toEqual(["#1 last"]);
  expect(add(vertex("b", "[2/2] RUN x", field(4, 1), field(5, time)))).toEqual([
    "#2 [2/2] RUN x (cached)",
  ]);
});

test("a step's failure is told once; steps called off beside it are not failures", () => {
  const text = new TraceText();
  const failed = field(7, "exit code: 2");
  const trace = decodeTrace(
    Buffer.concat([
      vertex("a", "RUN x", field(5, time), failed),
      vertex("a", "RUN x", field(5, time), failed),
      vertex("b", "RUN y", field(5, time), field(7, "context canceled")),
    ]),
  );
  expect(text.add(trace)).toEqual(["#1 RUN x", "#1 error: exit code: 2", "#2 RUN y"]);
});

test("warnings and statuses are decoded", () => {
  const trace = decodeTrace(
    Buffer.concat([
      field(4, Buffer.concat([field(1, "a"), field(3, "take care")])),
      field(2, Buffer.concat([field(1, "layer"), field(2, "a"), field(8, time)])),
    ]),
  );
  expect(trace.warnings).toEqual(["take care"]);
  expect(trace.statuses).toEqual([{ vertex: "a", id: "layer", completed: true }]);
});

test("bytes that are no protobuf are refused and never read past their end", () => {
  expect(() => [...readProtobuf(Buffer.from([0x0a, 0x05, 0x01]))]).toThrow(RangeError);
  expect(() => [...readProtobuf(Buffer.from([0x80]))]).toThrow(RangeError);
  expect(() => [...readProtobuf(Buffer.alloc(12, 0xff))]).toThrow(RangeError);
  expect([
    ...readProtobuf(
      Buffer.from([0x09, 1, 2, 3, 4, 5, 6, 7, 8, 0x0d, 1, 2, 3, 4, 0x10, 0x96, 0x01]),
    ),
  ]).toEqual([{ number: 2, value: 150n }]);
});

test("JSON lines in one byte at a time, with empty lines and without the last line end", async () => {
  const text = '{"stream":"é€😀"}\r\n\n{"a":1}\n{"last":true}';
  const bytes = (async function* () {
    for (const byte of Buffer.from(text)) yield Uint8Array.of(byte);
  })();
  expect(await Array.fromAsync(decodeJsonLines(bytes))).toEqual([
    { stream: "é€😀" },
    { a: 1 },
    { last: true },
  ]);
});
