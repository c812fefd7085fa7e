import { describe, expect, test } from "vitest";
import { decodeManifest } from "../../../../src/manifest/text/encoding.ts";
import { formatDiagnostics } from "../../../../src/reporters/format/diagnostic.ts";
import { findInvalidUtf8 } from "../../../../src/utf8.ts";
import { codesOf, readText, screenOf } from "../../../support/read-manifest.ts";

const image = (rest: string): string =>
  `name: shop\nimages: { base: { from: scratch, user: "1:1", ${rest} } }\n`;
const service = (rest: string): string =>
  `${image("")}services: { app: { image: base, ${rest} } }\n`;

describe("bytes that are not UTF-8", () => {
  test.each([
    ["name: caf\xe9\n", 9],
    ["\xff", 0],
    ["a\xc3", 1],
    ["a\xc3\xa4\xc3(", 3],
    ["a\xef\xbf", 1],
    ["a\xef\xbf\xbd\xef\xbfx", 4],
    ["\xed\xa0\x80", 0],
  ])("%j are found", (latin1, offset) => {
    expect(findInvalidUtf8(Buffer.from(latin1, "latin1"))).toBe(offset);
  });

  test("are refused with their place", () => {
    const bytes = Buffer.from("name: shop\n# caf\xe9 noir\nimages: {}\n", "latin1");
    const decoded = decodeManifest(bytes, "stack.config.yaml");

    expect(decoded.ok ? "" : `\n${formatDiagnostics(decoded.error, { color: false })}`)
      .toMatchInlineSnapshot(`
      "
      stack.config.yaml:2:6 error: The byte 0xE9 is not UTF-8. [not-utf8]

          2 | # caf� noir
            |      ~
            hint: Save the file as UTF-8; \`iconv -f ISO-8859-1 -t UTF-8\` converts one of Latin-1.

      1 error
      "
    `);
  });

  test("what is UTF-8 is read as it is, a genuine U+FFFD too", () => {
    const text = "name: shop # \u{1F600} \uFFFD\n";

    expect(decodeManifest(Buffer.from(text), "s.yaml")).toEqual({ ok: true, value: text });
  });

  test("a variable that holds such bytes is refused where it is used", () => {
    const text = service('environment: { A: "x ${NAME}" }');
    const read = readText(text, { environment: { NAME: "caf\uFFFD" } });

    expect(
      read.ok
        ? []
        : read.error.map(({ code, message, location }) => [
            code,
            message,
            text.slice(location.offset, location.offset + location.length),
          ]),
    ).toEqual([["not-utf8", "The value of variable NAME is not UTF-8.", "${NAME}"]]);
  });
});

describe("control characters are refused at their place", () => {
  test.each([
    [
      "a variable",
      service('environment: { A: "\\0" }'),
      '"services.app.environment.A" holds the control character NUL, U+0000.',
    ],
    [
      "a variable in a list",
      service('environment: ["A=\\e[1m"]'),
      '"services.app.environment[0]" holds the control character ESC, U+001B.',
    ],
    [
      "a variable's name",
      service('environment: { "A\\a": b }'),
      '"services.app.environment" has a key that holds the control character BEL, U+0007.',
    ],
    [
      "a command",
      service('command: [a, "\\x7f"]'),
      '"services.app.command[1]" holds the control character DEL, U+007F.',
    ],
    [
      "a label",
      image('labels: { a: "\\x9b" }'),
      '"images.base.labels.a" holds the control character U+009B.',
    ],
    [
      "a path",
      service('working_dir: "/a\\nb"'),
      '"services.app.working_dir" holds the control character LF (a line end), U+000A.',
    ],
    [
      "a user's full name",
      image('accounts: { users: [{ name: a, uid: 1, gecos: "a\\nroot::0:0:::" }] }'),
      '"images.base.accounts.users[0].gecos" holds the control character LF (a line end), U+000A.',
    ],
    [
      "a header",
      service('probes: [{ http_get: { port: 80, headers: { A: "b\\r\\nC: d" } } }]'),
      '"services.app.probes[0].http_get.headers.A" holds the control character CR, U+000D.',
    ],
    [
      "what comes from a variable",
      service('user: "${USER_ID}"'),
      '"services.app.user" holds the control character LF (a line end), U+000A.',
    ],
    [
      "half of a character",
      service('environment: { A: "\\ud800" }'),
      '"services.app.environment.A" holds half of a character (a lone surrogate).',
    ],
  ])("in %s", (_, text, message) => {
    const read = readText(text, { environment: { USER_ID: "1:1\n" } });

    expect(read.ok ? [] : read.error.map((each) => each.message)).toEqual([message]);
  });

  test("tabs and line ends are allowed where a value is free text", () => {
    const text = service(
      'environment: { A: "a\\n\\tb" }, labels: { l: "a\\nb" }, command: [sh, -c, "a\\nb"], read_only: false, policy: { writable_root: "because\\nof that" }, probes: [{ http_get: { port: 80, body: "a\\nb" } }, { exec: { command: [sh, -c, "a\\nb"] } }]',
    );

    expect(screenOf(text)).toBe("");
  });

  test("one slip is one error", () => {
    expect(codesOf('name: "sh\\aop"\n')).toEqual(["invalid-value"]);
  });
});
