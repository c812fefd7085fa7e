import { expect, test } from "vitest";
import { TextsInMemory, TextTable, TextTableBuilder } from "../../../src/packages/text-table.ts";
import { seededRandom } from "../../support/seeded-random.ts";

test("texts are found by their key, in the order in which they came", () => {
  const table = aTable(["b", "one"], ["a", "two"], ["b", "three"], ["ab", ""], ["b", "four"]);

  expect([...table.keys()]).toEqual(["a", "ab", "b"]);
  expect([...table.texts("b")]).toEqual(["one", "three", "four"]);
  expect([...table.texts("ab")]).toEqual([""]);
  for (const key of ["", "0", "aa", "abc", "c"]) expect([...table.texts(key)]).toEqual([]);
});

test("a table without texts has no keys", () => {
  const table = aTable();

  expect([...table.keys()]).toEqual([]);
  expect([...table.texts("a")]).toEqual([]);
});

test("its head and its texts are all of it", () => {
  const table = aTable(["é", "ÿ"], ["a\nb", "x\ny"], ["a", "z".repeat(200_000)]);
  const moved = table.movedTo(new TextsInMemory());
  const again = new TextTable(Buffer.from(moved.head), moved.place);

  expect([...again.keys()]).toEqual(["a", "a\nb", "é"]);
  expect([...again.texts("é")]).toEqual(["ÿ"]);
  expect([...again.texts("a\nb")]).toEqual(["x\ny"]);
  expect([...again.texts("a")]).toEqual(["z".repeat(200_000)]);
});

test("it says what a map would, for random keys", () => {
  const random = seededRandom(7);
  const entries = Array.from(
    { length: 2000 },
    (_, index) => [Math.floor(random() * 500).toString(36), String(index)] as const,
  );
  const table = aTable(...entries);
  const map = Map.groupBy(entries, ([key]) => key);

  expect([...table.keys()]).toEqual([...map.keys()].toSorted());
  for (const [key, found] of map)
    expect([...table.texts(key)]).toEqual(found.map(([, text]) => text));
});

function aTable(...entries: readonly (readonly [key: string, text: string])[]): TextTable {
  const builder = new TextTableBuilder();
  for (const [key, text] of entries) builder.add(key, text);
  return builder.finish();
}
