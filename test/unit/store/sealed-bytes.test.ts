import { expect, test } from "vitest";
import { seal, unseal } from "../../../src/store/sealed-bytes.ts";

const sealed = (pieces: readonly Uint8Array[]): Buffer =>
  Buffer.concat(Array.from(seal(pieces), (block) => Buffer.from(block)));

test.for([0, 1, 5, 300_000])("%i pieces come back as they were, whatever their length", (count) => {
  const pieces = Array.from({ length: count }, (_, index) => Buffer.alloc(index % 7, index));
  pieces.push(Buffer.alloc(600_000, 1));

  expect(unseal(sealed(pieces))?.equals(Buffer.concat(pieces))).toBe(true);
});

test("what was cut short or changed is not believed", () => {
  const bytes = sealed([Buffer.from("some text")]);
  const changed = Buffer.from(bytes);
  changed[3] = 0;

  expect(unseal(bytes)?.toString()).toBe("some text");
  for (const damaged of [bytes.subarray(0, -1), bytes.subarray(0, 9), Buffer.alloc(0), changed])
    expect(unseal(damaged)).toBeUndefined();
});
