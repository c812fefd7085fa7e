import { describe, expect, test } from "vitest";
import { baseUserNumbers } from "../../../../src/stack/images/accounts.ts";
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

/** As base-passwd 3.6.1 has it: /usr/share/base-passwd/passwd.master. */
const passwdOfDebian = `
root:*:0:0:root:/root:/bin/bash
daemon:*:1:1:daemon:/usr/sbin:/usr/sbin/nologin
bin:*:2:2:bin:/bin:/usr/sbin/nologin
sys:*:3:3:sys:/dev:/usr/sbin/nologin
sync:*:4:65534:sync:/bin:/bin/sync
games:*:5:60:games:/usr/games:/usr/sbin/nologin
man:*:6:12:man:/var/cache/man:/usr/sbin/nologin
lp:*:7:7:lp:/var/spool/lpd:/usr/sbin/nologin
mail:*:8:8:mail:/var/mail:/usr/sbin/nologin
news:*:9:9:news:/var/spool/news:/usr/sbin/nologin
uucp:*:10:10:uucp:/var/spool/uucp:/usr/sbin/nologin
proxy:*:13:13:proxy:/bin:/usr/sbin/nologin
www-data:*:33:33:www-data:/var/www:/usr/sbin/nologin
backup:*:34:34:backup:/var/backups:/usr/sbin/nologin
list:*:38:38:Mailing List Manager:/var/list:/usr/sbin/nologin
irc:*:39:39:ircd:/run/ircd:/usr/sbin/nologin
_apt:*:42:65534::/nonexistent:/usr/sbin/nologin
nobody:*:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
`;

/** As setup 2.13.7 of Enterprise Linux 9 has it: /etc/passwd. */
const passwdOfOracleLinux = `
root:x:0:0:root:/root:/bin/bash
bin:x:1:1:bin:/bin:/sbin/nologin
daemon:x:2:2:daemon:/sbin:/sbin/nologin
adm:x:3:4:adm:/var/adm:/sbin/nologin
lp:x:4:7:lp:/var/spool/lpd:/sbin/nologin
sync:x:5:0:sync:/sbin:/bin/sync
shutdown:x:6:0:shutdown:/sbin:/sbin/shutdown
halt:x:7:0:halt:/sbin:/sbin/halt
mail:x:8:12:mail:/var/spool/mail:/sbin/nologin
operator:x:11:0:operator:/root:/sbin/nologin
games:x:12:100:games:/usr/games:/sbin/nologin
ftp:x:14:50:FTP User:/var/ftp:/sbin/nologin
nobody:x:65534:65534:Kernel Overflow User:/:/sbin/nologin
`;

test.each([
  ["debian-12", passwdOfDebian],
  ["debian-13", passwdOfDebian],
  ["oraclelinux-9", passwdOfOracleLinux],
] as const)("an image of %s has the users of its base package, by their numbers", (os, passwd) => {
  const users = passwd
    .trim()
    .split("\n")
    .map((line) => line.split(":"));
  expect([...baseUserNumbers(os)]).toEqual(users.map(([, , uid]) => Number(uid)));
  for (const [name = ""] of users) {
    const text = `name: s\nos: ${os}\nimages: { a: { from: scratch, packages: { ${os}: [bash] }, scripts: none, user: ${name} } }\n`;
    expect(problemsOf(text, { os })).toEqual([]);
  }
});
