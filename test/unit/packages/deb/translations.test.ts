import { expect, it } from "vitest";
import { debconfSources } from "../../../../src/packages/deb/commands/debconf/commands.ts";
import { debianCommands } from "../../../../src/packages/deb/commands/table.ts";
import { translationOf, translations } from "../../../../src/packages/deb/script/translations.ts";
import { fromBytes, toBytes } from "../../../../src/packages/scripts/bytes.ts";
import { MemoryRoot } from "../../../../src/packages/scripts/memory/memory-root.ts";
import { runScript, type ScriptOutcome } from "../../../../src/packages/scripts/run-script.ts";

const now = 1_700_000_000;
const KRB5_CONFIG = "a5735bd836a35cee23fc122908a81db91624d612f0f011a3007591759dca91d6";
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
  const names = ["main_mailer_type", "mailname", "relayhost", "destinations", "newaliases"];
  const templates = [...names, "procmail", "protocols"].map(
    (name) =>
      `Template: postfix/${name}\nType: string\n${name === "main_mailer_type" ? "Default: Internet Site\n" : ""}Description: x\n`,
  );
  const root = rootWith({
    "/var/spool/postfix/": "",
    "/var/lib/dpkg/info/postfix.templates": templates.join("\n"),
  });
  const outcome = run(root, { digest: POSTFIX, package: "postfix", answers });
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

// What the original made of the same template and answers.
const realms = `[libdefaults]
\tdefault_realm = ATHENA
\t# default_realm = NOT
\tother = 1
[realms]
\tKNOWN.EXAMPLE = {
\t\tkdc = a
\t}
[domain_realm]
\tdefault_realm = KEPT
`;

it.each([
  [{ add_servers: "true" }, realms],
  [
    {
      default_realm: "NEW.EXAMPLE",
      add_servers: "true",
      kerberos_servers: "k1.example k2.example",
      admin_server: "adm.example",
    },
    realms
      .replace("ATHENA", "NEW.EXAMPLE")
      .replace(
        "[realms]\n",
        "[realms]\n\tNEW.EXAMPLE = {\n\t\tkdc = k1.example\n\t\tkdc = k2.example\n\t\tadmin_server = adm.example\n\t}\n",
      ),
  ],
  [
    { default_realm: "KNOWN.EXAMPLE", add_servers: "true", kerberos_servers: "k" },
    realms.replace("ATHENA", "KNOWN.EXAMPLE"),
  ],
  [
    { default_realm: "NEW.EXAMPLE", add_servers: "false", kerberos_servers: "k" },
    realms.replace("ATHENA", "NEW.EXAMPLE"),
  ],
  [
    { default_realm: "NEW.EXAMPLE", add_servers: "true", kerberos_servers: "k" },
    realms
      .replace("ATHENA", "NEW.EXAMPLE")
      .replace("[realms]\n", "[realms]\n\tNEW.EXAMPLE = {\n\t\tkdc = k\n\t}\n"),
  ],
] as const)("krb5-config writes /etc/krb5.conf, with %j", (given, expected) => {
  const questions = [
    "read_conf",
    "default_realm",
    "add_servers",
    "kerberos_servers",
    "admin_server",
  ];
  const root = rootWith({
    "/usr/share/kerberos-configs/krb5.conf.template": realms,
    "/var/lib/dpkg/info/krb5-config.templates": questions
      .map((name) => `Template: krb5-config/${name}\nType: string\nDescription: x\n`)
      .join("\n"),
  });
  const answers = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [`krb5-config/${name}`, value]),
  );
  const outcome = run(root, { digest: KRB5_CONFIG, package: "krb5-config", answers });
  expect(outcome).toMatchObject({ type: "ended", status: 0 });
  expect(fromBytes(root.read("/etc/krb5.conf"))).toBe(expected);
});

function rootWith(files: Readonly<Record<string, string>>): MemoryRoot {
  const root = new MemoryRoot({ now });
  for (const folder of ["/var/cache/debconf", "/etc", "/tmp"])
    root.add(folder, { kind: "directory", mode: 0o755 });
  for (const [file, text] of Object.entries(files)) {
    if (file.endsWith("/")) root.add(file.slice(0, -1), { kind: "directory", mode: 0o755 });
    else root.add(file, { kind: "file", mode: 0o644, content: toBytes(text) });
  }
  return root;
}

interface TranslatedRun {
  readonly digest: string;
  readonly package: string;
  readonly answers: Readonly<Record<string, string>>;
}

function run(root: MemoryRoot, { digest, package: name, answers }: TranslatedRun): ScriptOutcome {
  return runScript({
    text: translations.get(digest) ?? "",
    name: `/var/lib/dpkg/info/${name}.script`,
    args: ["configure", ""],
    env: new Map([
      ["PATH", "/usr/bin"],
      ["DPKG_MAINTSCRIPT_PACKAGE", name],
    ]),
    root,
    commands: debianCommands({
      architecture: "amd64",
      machine: "x86_64",
      answers: new Map(Object.entries(answers)),
    }),
    sources: debconfSources,
    now,
  });
}
