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
