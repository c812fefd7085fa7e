import { expect, test } from "vitest";
import { isAsciiLocale, toAscii } from "../../../src/reporters/format/ascii.ts";
import { displayWidth } from "../../../src/reporters/format/width.ts";

test("each sign that is drawn becomes one of ASCII of the same width, and foreign text stays", () => {
  const signs = "✔✖●○■·…━┄─│├└×\u280B\u2819";
  // eslint-disable-next-line no-control-regex -- the range of ASCII
  expect(toAscii(signs)).toMatch(/^[\u0020-\u007E]+$/);
  expect(displayWidth(toAscii(signs))).toBe(displayWidth(signs));
  expect(toAscii("✔ Zürich")).toBe("+ Zürich");
});

test.each<[Readonly<Record<string, string>>, boolean]>([
  [{ LC_ALL: "C" }, true],
  [{ LC_ALL: "POSIX", LANG: "de_DE.UTF-8" }, true],
  [{ LC_ALL: "", LC_CTYPE: "C", LANG: "de_DE.UTF-8" }, true],
  [{ LANG: "de_DE.ISO-8859-1" }, true],
  [{ LANG: "C.UTF-8" }, false],
  [{ LC_ALL: "en_US.utf8", LANG: "C" }, false],
  [{}, false],
])("the locale %j has ASCII alone: %s", (variables, expected) => {
  expect(isAsciiLocale(new Map(Object.entries(variables)))).toBe(expected);
});
