import { expect, test } from "vitest";
import { stackOf } from "../../../support/read-manifest.ts";

function numericUsers(text: string): object {
  return Object.fromEntries(
    [...stackOf(`name: s\n${text}`).images].map(([name, image]) => [
      name,
      image.type === "assembled" ? image.numericUsers : [],
    ]),
  );
}

const packages = "packages: { debian-12: [bash] }";

test("users by number of an image and of its services, of every profile, sorted", () => {
  expect(
    numericUsers(
      `images: { app: { from: scratch, ${packages}, user: "10001:20002", environment: { HOME: /srv } } }
services:
  one: { image: app, user: "999:7" }
  two: { image: app, user: "500", profiles: [more] }
  three: { image: app }
`,
    ),
  ).toEqual({
    app: [
      { uid: 500, gid: 0, home: "/srv" },
      { uid: 999, gid: 7, home: "/srv" },
      { uid: 10001, gid: 20002, home: "/srv" },
    ],
  });
});

test("one that several give with different groups is in root's, which it had without an account", () => {
  expect(
    numericUsers(
      `images: { app: { from: scratch, ${packages}, user: "999:7" } }
services: { one: { image: app, user: "999:8" }, two: { image: app, user: "999:7" } }
`,
    ),
  ).toEqual({ app: [{ uid: 999, gid: 0, home: "/" }] });
});

test("not those that the distribution, the manifest or an image below has", () => {
  const account = "accounts: { users: [{ name: web, uid: 10002 }] }";
  expect(
    numericUsers(
      `images:
  base: { from: scratch, ${packages}, ${account}, user: "10001" }
  app: { from: base, user: "10001:10001" }
services:
  a: { image: app, user: "33:33" }
  b: { image: app, user: "10002" }
  c: { image: app, user: "0:0", policy: { allow_root: "a test needs it" } }
  d: { image: base, user: "web" }
  e: { image: app, user: "10003" }
`,
    ),
  ).toEqual({
    base: [{ uid: 10001, gid: 0, home: "/" }],
    app: [{ uid: 10003, gid: 0, home: "/" }],
  });
});

test("an image without packages and accounts has no account files to add to", () => {
  expect(numericUsers(`images: { app: { from: scratch, user: "10001:10001" } }\n`)).toEqual({
    app: [],
  });
});

test.each(["relative", "/srv:/bin/bash", '"/srv\\nadded:x:0:0::/:/bin/sh"'])(
  "a HOME that no line of /etc/passwd can hold is none: %s",
  (home) => {
    expect(
      numericUsers(
        `images: { app: { from: scratch, ${packages}, user: "999", environment: { HOME: ${home} } } }\n`,
      ),
    ).toEqual({ app: [{ uid: 999, gid: 0, home: "/" }] });
  },
);
