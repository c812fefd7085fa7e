import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { findIndex } from "../../../../src/packages/wheels/find-index.ts";
import { readPipSettings } from "../../../../src/packages/wheels/pip-config.ts";
import { temporaryFolder } from "../../../support/temporary-store.ts";

function settings(
  files: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
): ReturnType<typeof readPipSettings> {
  return readPipSettings({
    environment: new Map(Object.entries(environment)),
    homeDirectory: "/home/u",
    readFile: async (file) => files[file],
  });
}

test("pip's files count in pip's order, its variables before them", async () => {
  const global = "[global]\nindex-url = https://a.example/simple\n";
  const files = { "/etc/pip.conf": global };
  expect(await settings(files)).toMatchObject({
    indexUrl: "https://a.example/simple",
    origin: "/etc/pip.conf",
  });
  const user = {
    ...files,
    "/home/u/.config/pip/pip.conf": "[install]\nindex_url: https://b.example\n",
  };
  expect(await settings(user)).toMatchObject({ indexUrl: "https://b.example" });
  const named = { ...user, "/n.conf": "[global]\nindex-url=https://c.example\n" };
  expect(await settings(named, { PIP_CONFIG_FILE: "/n.conf" })).toMatchObject({
    indexUrl: "https://c.example",
  });
  const environment = { PIP_CONFIG_FILE: "/n.conf", PIP_INDEX_URL: "https://d.example" };
  expect(await settings(named, environment)).toMatchObject({
    indexUrl: "https://d.example",
    origin: "PIP_INDEX_URL",
  });
  expect(await settings(named, { PIP_CONFIG_FILE: "/dev/null" })).toEqual({
    extraIndexUrls: [],
    noIndex: false,
    origin: "pip's own default",
  });
});

test("a value goes on on indented lines; comments and other sections say nothing", async () => {
  const text = `; a comment
[list]
index-url = https://no.example
[global]
# another
extra-index-url =
    https://a.example/simple
    https://b.example/simple
no-index = false
`;
  expect(await settings({ "/etc/pip.conf": text })).toEqual({
    extraIndexUrls: ["https://a.example/simple", "https://b.example/simple"],
    noIndex: false,
    origin: "pip's own default",
  });
});

test("the environment's index goes before the manifest's, that before pip's", async () => {
  await using home = await temporaryFolder();
  const file = path.join(home.path, ".config/pip/pip.conf");
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, "[global]\nindex-url = https://u:p%40ss@pip.example:8443/simple\n");
  const find = (
    environment: Readonly<Record<string, string>>,
    manifestIndex?: string,
  ): ReturnType<typeof findIndex> =>
    findIndex({
      environment: new Map(Object.entries(environment)),
      homeDirectory: home.path,
      manifestIndex,
    });

  expect(await find({})).toEqual({
    urls: ["https://pip.example:8443/simple/"],
    credentials: new Map([["https://pip.example:8443", "u:p@ss"]]),
    origin: file,
  });
  expect(await find({}, "https://m.example/simple")).toMatchObject({
    urls: ["https://m.example/simple/"],
    origin: "`mirrors` in the manifest",
  });
  expect(
    await find({ QCLOCK_PYTHON_INDEX: "https://q.example/simple//" }, "https://m.example"),
  ).toMatchObject({ urls: ["https://q.example/simple/"], origin: "QCLOCK_PYTHON_INDEX" });
  expect(await find({ QCLOCK_PYTHON_INDEX: " " }, "https://m.example")).toMatchObject({
    urls: ["https://m.example/"],
  });
  // Spaces around the URLs, and none of them is asked twice.
  const spaced = " https://q.example/a  https://r.example https://q.example/a/ ";
  expect(await find({ QCLOCK_PYTHON_INDEX: spaced })).toMatchObject({
    urls: ["https://q.example/a/", "https://r.example/"],
    credentials: new Map(),
  });
  const refused = find({ QCLOCK_PYTHON_INDEX: "ftp://u:secret@q.example" });
  await expect(refused).rejects.toMatchObject({ code: "mirror-not-configured" });
  await expect(refused).rejects.not.toThrow("secret");
  await expect(find({ PIP_NO_INDEX: "1" })).rejects.toMatchObject({
    code: "mirror-not-configured",
    message: "pip on this machine is set up to ask no index (PIP_NO_INDEX).",
  });
});

test("each of pip's files is read, and a later one counts more", async () => {
  const environment = {
    XDG_CONFIG_DIRS: "/x/first::/x/second",
    XDG_CONFIG_HOME: "/own",
    VIRTUAL_ENV: "/venv",
    PIP_CONFIG_FILE: "/named.conf",
  };
  // As pip's documentation orders them.
  const inOrder = [
    "/x/second/pip/pip.conf",
    "/x/first/pip/pip.conf",
    "/etc/pip.conf",
    "/home/u/.pip/pip.conf",
    "/own/pip/pip.conf",
    "/venv/pip.conf",
    "/named.conf",
  ];
  for (const [index, last] of inOrder.entries()) {
    const files = inOrder
      .slice(0, index + 1)
      .map((file) => [file, `[global]\nindex-url = https://pip.example${file}\n`]);
    expect(await settings(Object.fromEntries(files), environment)).toMatchObject({
      indexUrl: `https://pip.example${last}`,
      origin: last,
    });
  }
  const text = "[global]\nindex-url = https://xdg.example\n";
  expect(await settings({ "/etc/xdg/pip/pip.conf": text })).toMatchObject({
    indexUrl: "https://xdg.example",
  });
  expect(await settings({ "/pip.conf": text }, { VIRTUAL_ENV: "" })).not.toHaveProperty("indexUrl");
});

test("what a file says to `pip install` counts more than what it says to every command", async () => {
  const text = `[install]
index-url = https://install.example
[global]
index-url = https://global.example
extra-index-url = https://extra.example
[install]
no-index = yes
`;
  expect(await settings({ "/etc/pip.conf": text })).toEqual({
    indexUrl: "https://install.example",
    extraIndexUrls: ["https://extra.example"],
    noIndex: true,
    origin: "/etc/pip.conf",
  });
});

test.each(["1", "y", "yes", "t", "true", "on", "TRUE"])("%s turns the index off", async (value) => {
  expect(await settings({}, { PIP_NO_INDEX: value })).toMatchObject({ noIndex: true });
});

test.each(["0", "no", "false", "off", "", "11"])("%j does not turn it off", async (value) => {
  expect(await settings({}, { PIP_NO_INDEX: value })).toMatchObject({
    noIndex: false,
    origin: "pip's own default",
  });
});

test("variables of pip name further indexes as well, and an empty one says nothing", async () => {
  const environment = {
    PIP_EXTRA_INDEX_URL: "https://a.example\nhttps://b.example",
    PIP_INDEX_URL: "",
  };
  const files = { "/etc/pip.conf": "[global]\nindex-url: https://c.example?a=b\n" };
  expect(await settings(files, environment)).toEqual({
    indexUrl: "https://c.example?a=b",
    extraIndexUrls: ["https://a.example", "https://b.example"],
    noIndex: false,
    origin: "/etc/pip.conf",
  });
});
