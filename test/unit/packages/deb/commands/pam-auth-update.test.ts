import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { debianCommands } from "../../../../../src/packages/deb/commands/table.ts";
import { fromBytes, toBytes } from "../../../../../src/packages/scripts/bytes.ts";
import { MemoryRoot } from "../../../../../src/packages/scripts/memory/memory-root.ts";
import { type PamCase, pamCases, pamProfiles } from "../../../../judge/commands/pam-cases.ts";
import { callCommand } from "../../../../support/command-call.ts";

const recorded = JSON.parse(
  readFileSync(path.join(import.meta.dirname, "../../../../fixtures/commands/pam.json"), "utf8"),
) as {
  readonly templates: Readonly<Record<string, string>>;
  readonly cases: Readonly<Record<string, Readonly<Record<string, string>>>>;
};
const questions = [
  "Template: libpam-runtime/profiles",
  "Type: multiselect",
  "Choices: ${profiles}",
  "Description: profiles",
  "",
  "Template: libpam-runtime/override",
  "Type: boolean",
  "Default: false",
  "Description: override",
  "",
].join("\n");

it.each(pamCases.map((each) => [each.name, each] as const))(
  "makes the stacks of the real pam-auth-update: %s",
  (name, each) => {
    const root = rootOf(each);
    perform(root, each);
    expect(filesOf(root, ["/etc/pam.d", "/var/lib/pam"])).toEqual(recorded.cases[name]);
  },
);

it("takes the profiles that the manifest answers debconf with", () => {
  const root = rootOf({ profiles: ["unix", "mkhomedir"] });
  const answers = new Map([["libpam-runtime/profiles", "unix, mkhomedir"]]);
  perform(root, { calls: [["--package", "--force"]] }, answers);
  expect(fromBytes(root.read("/etc/pam.d/common-session"))).toContain("pam_mkhomedir.so");
});

function rootOf({ profiles }: Pick<PamCase, "profiles">): MemoryRoot {
  const root = new MemoryRoot({ now: 0 });
  const add = (file: string, text: string): void => {
    root.add(file, { kind: "file", mode: 0o644, content: toBytes(text) });
  };
  for (const folder of ["/etc/pam.d", "/var/lib/pam", "/var/cache/debconf"])
    root.add(folder, { kind: "directory", mode: 0o755 });
  for (const [name, text] of Object.entries(recorded.templates))
    add(`/usr/share/pam/${name}`, text);
  for (const name of profiles) add(`/usr/share/pam-configs/${name}`, pamProfiles[name] ?? "");
  add("/var/lib/dpkg/info/libpam-runtime.templates", questions);
  return root;
}

function perform(
  root: MemoryRoot,
  { calls }: Pick<PamCase, "calls">,
  answers: ReadonlyMap<string, string> = new Map(),
): void {
  const commands = debianCommands({ architecture: "amd64", machine: "x86_64", answers });
  for (const call of calls) {
    if (typeof call === "string") {
      const [from = "", to = ""] = call.split(" -> ");
      const file = "/etc/pam.d/common-auth";
      root.write(file, toBytes(fromBytes(root.read(file)).replace(from, to)));
      continue;
    }
    expect(callCommand(["pam-auth-update", ...call], { root, commands })).toMatchObject({
      status: 0,
    });
  }
}

function filesOf(root: MemoryRoot, folders: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    folders.flatMap((folder) =>
      root
        .list(folder)
        .map((name) => [`${folder}/${name}`, fromBytes(root.read(`${folder}/${name}`))]),
    ),
  );
}
