import { expect, test } from "vitest";
import { createWorkshop, itemsOf } from "../../support/assemble.ts";
import { file, link } from "../../support/deb.ts";

const PASSWD = "root:x:0:0:root:/root:/bin/bash\nredis:x:101:102::/var/lib/redis:/bin/false\n";
const accounts = {
  name: "redis",
  control: {
    postinst: `#!/bin/sh\nset -e\nadduser --system --group --home /var/lib/redis redis\n`,
  },
};

test("`user` may name an account that a script makes", async () => {
  await using workshop = await createWorkshop();
  const config = { environment: new Map(), exposedPorts: [], labels: new Map() };

  const assembling = workshop.assemble({
    debs: [accounts],
    image: { config: { ...config, user: "redis:redis" } },
    users: [{ user: "redis", owner: 'service "cache"' }],
  });

  await expect(assembling).resolves.toMatchObject({ settings: { user: "redis:redis" } });
});

test.for([
  ["redsi", 'Image "made-up" has no user "redsi", as whom service "cache" runs.', /"redis"\?$/],
  ["0:rdis", 'Image "made-up" has no group "rdis", as whom service "cache" runs.', /"redis"\?$/],
  ["entirely", 'Image "made-up" has no user "entirely", as whom service "cache" runs.', /Declare/],
] as const)(
  "%s, which no layer has, is refused with what is near",
  async ([user, message, hint]) => {
    await using workshop = await createWorkshop();
    const users = [{ user, owner: 'service "cache"' }];

    const failure = expect.objectContaining({
      code: "missing-account",
      message,
      hint: expect.stringMatching(hint),
    });
    await expect(workshop.assemble({ debs: [accounts], users })).rejects.toEqual(failure);
    // Of layers that are remembered, too.
    await expect(workshop.assemble({ debs: [accounts], users })).rejects.toEqual(failure);
  },
);

test("a number that nobody has gets a line, a group and locked passwords; one of a script's account does not", async () => {
  await using workshop = await createWorkshop();
  const { layers } = await workshop.assemble({
    debs: [accounts, { name: "u", control: { postinst: "#!/bin/sh\nuseradd -u 700 u10001\n" } }],
    image: {
      numericUsers: [
        { uid: 100, gid: 0, home: "/" },
        { uid: 999, gid: 0, home: "/" },
        { uid: 10001, gid: 20002, home: "/srv" },
      ],
    },
  });

  const [below, above] = await Promise.all([itemsOf(layers[0]), itemsOf(layers[1])]);
  const added = (path: string): readonly string[] => {
    const before = new Set(below.get(path)?.content?.toString().split("\n"));
    const lines = above.get(path)?.content?.toString().split("\n") ?? [];
    return lines.filter((line) => !before.has(line));
  };
  expect(below.get("etc/passwd")?.content?.toString()).toMatch(/^redis:x:100:/m);
  expect(added("etc/passwd")).toEqual([
    "u999:x:999:0::/:/usr/sbin/nologin",
    "u10001_:x:10001:20002::/srv:/usr/sbin/nologin",
  ]);
  expect(added("etc/group")).toEqual(["u10001_:x:20002:"]);
  expect(added("etc/shadow")).toEqual(["u999:*::0:99999:7:::", "u10001_:*::0:99999:7:::"]);
  expect(above.get("etc/shadow")).toMatchObject({ mode: 0o640, gid: 42 });
  expect(above.get("etc/passwd")).toMatchObject({ mode: 0o644, gid: 0 });
});

test("account files of the project stay as they are", async () => {
  await using workshop = await createWorkshop();
  const { writeFile } = await import("node:fs/promises");
  await writeFile(`${workshop.folder}/passwd`, PASSWD);
  const { layers } = await workshop.assemble({
    debs: [accounts],
    image: {
      files: [{ source: `${workshop.folder}/passwd`, target: "/etc/passwd", uid: 0, gid: 0 }],
      numericUsers: [{ uid: 999, gid: 0, home: "/" }],
    },
  });

  const items = await itemsOf(layers[1]);
  expect(items.get("etc/passwd")?.content?.toString()).toBe(PASSWD);
  expect(items.has("etc/shadow")).toBe(false);
});

test("another account below makes the layer again", async () => {
  await using workshop = await createWorkshop();
  const numericUsers = [{ uid: 10001, gid: 0, home: "/" }];
  const users = [{ name: "own", uid: 10001, gid: 10001, gecos: "", home: "/", shell: "/bin/sh" }];
  const child = async (parent: Parameters<typeof workshop.assemble>[0]): Promise<boolean> => {
    const below = await workshop.assemble(parent);
    const { layers } = await workshop.assemble({ parent: below, image: { numericUsers } });
    return (await itemsOf(layers[below.layers.length])).has("etc/passwd");
  };

  expect(await child({ debs: [accounts] })).toBe(true);
  expect(await child({ debs: [accounts], image: { users } })).toBe(false);
  expect(await child({ debs: [accounts] })).toBe(true);
});

test("an account file that is one of two names of a file is read", async () => {
  await using workshop = await createWorkshop();
  const linked = {
    name: "linked",
    files: [
      file("etc/a-group", "root:x:0:\nredis:x:102:\n"),
      { path: "etc/group", type: "hardlink", target: "etc/a-group" },
    ],
  };
  const users = [{ user: "0:redis", owner: 'service "cache"' }];

  await expect(
    workshop.assemble({ debs: [linked], image: { scripts: "none" }, users }),
  ).resolves.toBeDefined();
});

test("an account file whose links go round in a circle has no account", async () => {
  await using workshop = await createWorkshop();
  const circle = {
    name: "circle",
    files: [link("etc/group", "group-"), link("etc/group-", "group")],
  };
  const users = [{ user: "0:redis", owner: 'service "cache"' }];

  await expect(
    workshop.assemble({ debs: [circle], image: { scripts: "none" }, users }),
  ).rejects.toMatchObject({ code: "missing-account" });
});
