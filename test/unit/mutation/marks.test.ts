import { afterEach, expect, test } from "vitest";
import { MARK, markPlaces } from "../../mutation/marks.ts";

afterEach(() => {
  Reflect.deleteProperty(globalThis, MARK);
});

/** The numbers of the places that run: 1 stands at the text `HERE`. */
function runs(text: string): readonly number[] {
  const reached: number[] = [];
  Object.assign(globalThis, { [MARK]: (number: number) => reached.push(number) });
  const source = markPlaces("a.ts", text, [{ at: text.indexOf("HERE"), number: 1 }]);
  // The texts are of this test.
  // oxlint-disable-next-line typescript/no-implied-eval
  new Function("HERE", source)(0);
  return reached;
}

test.each([
  ["a function that is called", "function a() { return HERE; } a();"],
  ["an arrow with a block", "const a = () => { return HERE; }; a();"],
  ["an arrow with a value", "const a = (b) => b + HERE; a(1);"],
  ["an arrow that gives an object", "const a = () => ({ b: HERE }); a();"],
  ["a method", "class A { b() { return HERE; } } new A().b();"],
  ["the default of a parameter", "function a(b = HERE) {} a();"],
  ["the module itself", "const a = HERE;"],
])("%s says that it runs", (_, text) => {
  expect(runs(text)).toEqual([1]);
});

test("a function in another one that is not called says nothing", () => {
  expect(runs("function a() { const b = () => HERE; } a();")).toEqual([]);
});
