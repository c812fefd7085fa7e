import { expect, it } from "vitest";
import { debconfSources } from "../../../../src/packages/deb/commands/debconf/commands.ts";
import { debianCommands } from "../../../../src/packages/deb/commands/table.ts";
import { translationOf, translations } from "../../../../src/packages/deb/script/translations.ts";
import { fromBytes, toBytes } from "../../../../src/packages/scripts/bytes.ts";
import { MemoryRoot } from "../../../../src/packages/scripts/memory/memory-root.ts";
import { runScript } from "../../../../src/packages/scripts/run-script.ts";

const now = 1_700_000_000;
const POSTFIX = "fd43c647b32dfb17b5f3de72cacdff1efaaa732dc8becc0a5e4641cf6013c635";

it("a script that is not known to the byte stays what it is", () => {
  expect(translationOf("#!/usr/bin/perl -w\nuse strict;\n")).toBeUndefined();
});

it.each([
  // What apt's root of the set "postfix" has.
  [
    {},
    {
      destinations: "$myhostname, localdomain, localhost, localhost.localdomain, localhost",
      mailname: "localdomain",
      procmail: "false",
      protocols: "all",
    },
  ],
  [
    { "postfix/main_mailer_type": "Satellite system", "postfix/mailname": "mail.example" },
    {
      destinations: "mail.example, $myhostname, localhost, localhost.localdomain, localhost",
      relayhost: "smtp.localdomain",
      mailname: "mail.example",
    },
  ],
  [
    { "postfix/main_mailer_type": "Local only", "postfix/mailname": "localhost" },
    { destinations: "$myhostname, localhost, localhost.localdomain, localhost" },
  ],
  [{ "postfix/destinations": "only.example" }, { destinations: "only.example" }],
  [{ "postfix/main_mailer_type": "No configuration" }, { destinations: undefined }],
] as const)("postfix fills in what nobody answers, with %j", (answers, expected) => {
  const root = new MemoryRoot({ now });
  for (const folder of ["/var/cache/debconf", "/var/spool/postfix", "/etc"])
    root.add(folder, { kind: "directory", mode: 0o755 });
  const names = ["main_mailer_type", "mailname", "relayhost", "destinations", "newaliases"];
  const templates = [...names, "procmail", "protocols"].map(
    (name) =>
      `Template: postfix/${name}\nType: string\n${name === "main_mailer_type" ? "Default: Internet Site\n" : ""}Description: x\n`,
  );
  root.add("/var/lib/dpkg/info/postfix.templates", {
    kind: "file",
    mode: 0o644,
    content: toBytes(templates.join("\n")),
  });
  const commands = debianCommands({
    architecture: "amd64",
    machine: "x86_64",
    answers: new Map(Object.entries(answers)),
  });
  const outcome = runScript({
    text: translations.get(POSTFIX) ?? "",
    name: "/var/lib/dpkg/info/postfix.config",
    args: ["configure", ""],
    env: new Map([
      ["PATH", "/usr/bin"],
      ["DPKG_MAINTSCRIPT_PACKAGE", "postfix"],
    ]),
    root,
    commands,
    sources: debconfSources,
    now,
  });
  expect(outcome).toMatchObject({ type: "ended", status: 0 });
  expect(root.stat("/var/spool/postfix/restart")?.size).toBe(0);
  const database = fromBytes(root.read("/var/cache/debconf/config.dat"));
  for (const [name, value] of Object.entries(expected)) {
    const entry = new RegExp(`^Name: postfix/${name}\\n(?:.+\\n)*?Value: (.*)$`, "m").exec(
      database,
    );
    expect(entry?.[1]).toBe(value);
  }
});
