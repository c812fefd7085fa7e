import { describe, expect, test } from "vitest";
import { readText, type World } from "../../../support/read-manifest.ts";

function problemsOf(text: string, world: World = {}): readonly (readonly [string, string])[] {
  const read = readText(text, world);
  return read.ok ? [] : read.error.map(({ code, message }) => [code, message] as const);
}

describe("an account by name must be made by something", () => {
  const image = (rest: string): string =>
    `name: shop\nimages: { base: { from: scratch, ${rest} } }\n`;
  const packages = "packages: { debian-12: [base-passwd] }";

  test.each([
    ["numbers", image('user: "10001:10001"')],
    ["root, which `allow_root` is about", image("user: root")],
    ["one of the manifest", image("accounts: { users: [{ name: web, uid: 7 }] }, user: web")],
    ["its primary group", image("accounts: { users: [{ name: web, uid: 7 }] }, user: web:web")],
    [
      "a group of the manifest",
      image('accounts: { groups: [{ name: ops, gid: 7 }] }, user: "1:ops"'),
    ],
    ["one that scripts of packages may make", image(`${packages}, user: redis`)],
    ["one of the distribution", image(`${packages}, user: www-data`)],
    ["one that files may bring", image("files: [rootfs], user: shop")],
    [
      "one of the image below",
      "name: s\nimages: { a: { from: scratch, accounts: { users: [{ name: web, uid: 7 }] } }, b: { from: a, user: web } }\n",
    ],
  ])("%s", (_, text) => {
    expect(problemsOf(text)).toEqual([]);
  });

  test.each([
    ["an unknown one", image(`${packages}, scripts: none, user: mysqll`), "user", "mysqll"],
    ["a group", image(`${packages}, scripts: none, user: "www-data:wheel"`), "group", "wheel"],
    ["one of the distribution, without packages", image("user: www-data"), "user", "www-data"],
  ])("%s is refused", (_, text, kind, name) => {
    expect(problemsOf(text)).toEqual([
      [
        "unknown-account",
        `Image "base" has no ${kind} "${name}": neither its packages nor \`accounts\` make one.`,
      ],
    ]);
  });

  test("of a service, too", () => {
    const text = `${image('user: "1:1"')}services: { app: { image: base, user: web } }\n`;

    expect(problemsOf(text)).toEqual([["unknown-account", expect.stringContaining('user "web"')]]);
  });
});

describe("a capability that never takes effect is refused", () => {
  const service = (rest: string): string =>
    `name: s\nimages: { base: { from: scratch, user: "10001:10001" } }\nservices: { app: { image: base, cap_add: [NET_RAW], ${rest} } }\n`;
  const reason = 'capabilities: { NET_RAW: "it pings other hosts" }';

  test("of a user that is not root, with what to do", () => {
    const read = readText(service(`policy: { ${reason} }`));

    expect(read.ok ? [] : read.error).toMatchObject([
      {
        code: "capability-without-effect",
        message:
          'Service "app" never gets NET_RAW: it runs as 10001:10001, and capabilities are given to root.',
        hint: expect.stringContaining("ping"),
        location: { line: 3 },
      },
    ]);
  });

  test.each([
    ["root", `user: root, policy: { allow_root: "it needs to be", ${reason} }`],
    ["new privileges", `policy: { new_privileges: "its file has them", ${reason} }`],
  ])("not with %s", (_, rest) => {
    expect(problemsOf(service(rest))).toEqual([]);
  });
});
