import { expect, it } from "vitest";
import { debianCommands } from "../../../../../src/packages/deb/commands/table.ts";
import { toBytes } from "../../../../../src/packages/scripts/bytes.ts";
import { MemoryRoot } from "../../../../../src/packages/scripts/memory/memory-root.ts";
import { type CalledCommand, callCommand } from "../../../../support/command-call.ts";

const commands = debianCommands({ architecture: "amd64", machine: "x86_64", answers: new Map() });
const now = 1_700_000_000;

function call(
  words: readonly string[],
  files: Readonly<Record<string, string>> = {},
): CalledCommand {
  const root = new MemoryRoot({ now });
  for (const [path, content] of Object.entries(files))
    root.add(path, { kind: "file", mode: 0o644, content: toBytes(content) });
  return callCommand(words, { root, commands, now });
}

const file = "/etc/postgresql-common/createcluster.conf";

/** What `pg_conftool -s` says of a setting of a file. */
const show = (name: string, files: Readonly<Record<string, string>>, options = "-s"): string => {
  const { status, stdout, wanted } = call(["pg_conftool", options, file, "show", name], files);
  return wanted ?? (status === 0 ? stdout : `= ${status}`);
};

it("lists no cluster where there is none, and leaves clusters to who knows them", () => {
  expect(call(["pg_lsclusters", "-h"])).toMatchObject({ status: 0, stdout: "" });
  expect(call(["pg_lsclusters"]).wanted).toBe("pg_lsclusters without -h");
  expect(call(["pg_lsclusters", "-h", "15"]).wanted).toBe("pg_lsclusters without -h");
  const files = { "/etc/postgresql/15/main/postgresql.conf": "" };
  expect(call(["pg_lsclusters", "-h"], files).wanted).toBe("the clusters of PostgreSQL");
  const other = { "/etc/postgresql/15/main/pg_hba.conf": "" };
  expect(call(["pg_lsclusters", "-h"], other)).toMatchObject({ status: 0, stdout: "" });
});

it("shows a setting of a file, the last one of a name that is written in any case", () => {
  const text = "# port = 1\nport = 5432\nPort 5433 # here\n\nname 'it''s \\'mine\\''\nempty = ''\n";
  expect(show("port", { [file]: text })).toBe("5433\n");
  expect(show("name", { [file]: text })).toBe("it's 'mine'\n");
  expect(show("empty", { [file]: text })).toBe("\n");
  expect(show("none", { [file]: text })).toBe("= 1");
  expect(show("port", {})).toBe("= 1");
});

it.each(["on", "TRUE", "yes", "1"])("takes %s for on", (value) => {
  expect(show("flag", { [file]: `flag = ${value}\n` }, "-bs")).toBe("on\n");
});

it.each(["off", "0", "no", "once", "10"])("takes %s for off", (value) => {
  expect(show("flag", { [file]: `flag = ${value}\n` }, "-bs")).toBe("off\n");
});

it("follows files that a file includes, beside it or anywhere, and those of a folder", () => {
  const files = {
    [file]: "a = 1\ninclude 'more.conf'\ninclude_if_exists '/none.conf'\ninclude_dir 'conf.d'\n",
    "/etc/postgresql-common/more.conf": "a = 2\nb = 2\ninclude = '/srv/far.conf'\n",
    "/srv/far.conf": "c = 3\n",
    "/etc/postgresql-common/conf.d/1.conf": "b = 4\n",
    "/etc/postgresql-common/conf.d/.hidden.conf": "b = 5\n",
    "/etc/postgresql-common/conf.d/2.txt": "b = 6\n",
  };
  expect(["a", "b", "c"].map((name) => show(name, files))).toEqual(["2\n", "4\n", "3\n"]);
  const circle = { [file]: `include '${file}'\n` };
  expect(show("a", circle)).toBe("files of settings that include each other");
});

it("names what it does not understand", () => {
  expect(show("a", { [file]: "a = {\n" })).toBe("settings of another form");
  for (const words of [
    ["-s", "15", "main", "show", "port"],
    ["-s", "postgresql.conf", "show", "port"],
    ["-s", file, "set", "port"],
    ["-s", file, "show", "all"],
    ["-s", file, "show"],
  ])
    expect(call(["pg_conftool", ...words]).wanted).toBe("pg_conftool for a cluster");
  expect(call(["pg_conftool", file, "show", "a"], { [file]: "a = 1\n" }).wanted).toBe(
    "pg_conftool without -s",
  );
  expect(call(["pg_conftool", "-v", file, "show", "a"])).toMatchObject({
    status: 1,
    stdout: `# a not found in ${file}\n`,
  });
});
