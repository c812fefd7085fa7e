/**
 * Runs the cases of `commands/pam-cases.ts` with the real pam-auth-update of Debian 12, each in a
 * root of its own and with a debconf of its own, and writes the files that it made to
 * test/fixtures/commands/pam.json. As root:
 *
 *   node test/judge/record-pam.ts
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { temporaryFolder } from "../support/temporary-store.ts";
import { type PamCase, pamCases, pamProfiles } from "./commands/pam-cases.ts";

const target = path.join(import.meta.dirname, "../fixtures/commands/pam.json");
const stock = "/usr/share/pam";
const templates = fs.readdirSync(stock).filter((name) => !name.endsWith(".md5sums"));
const record = {
  templates: Object.fromEntries(
    templates.map((name) => [name, fs.readFileSync(path.join(stock, name), "utf8")]),
  ),
  cases: {} as Record<string, Record<string, string>>,
};
for (const each of pamCases) record.cases[each.name] = await filesAfter(each);
fs.writeFileSync(target, `${JSON.stringify(record, undefined, 1)}\n`);

async function filesAfter({ profiles, calls }: PamCase): Promise<Record<string, string>> {
  await using folder = await temporaryFolder();
  const root = fs.realpathSync(folder.path);
  for (const name of ["etc/pam.d", "usr/share/pam-configs", "var/lib/pam"])
    fs.mkdirSync(path.join(root, name), { recursive: true });
  for (const name of profiles)
    fs.writeFileSync(path.join(root, "usr/share/pam-configs", name), pamProfiles[name] ?? "");
  const settings = path.join(root, "debconf.conf");
  fs.writeFileSync(settings, debconfSettings(root));
  for (const call of calls) {
    if (typeof call === "string") {
      const [from = "", to = ""] = call.split(" -> ");
      const file = path.join(root, "etc/pam.d/common-auth");
      fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace(from, to));
      continue;
    }
    spawnSync("pam-auth-update", ["--root", root, ...call], {
      env: {
        PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
        LC_ALL: "C",
        DEBIAN_FRONTEND: "noninteractive",
        DEBCONF_SYSTEMRC: settings,
      },
      stdio: "ignore",
    });
  }
  return Object.fromEntries(
    ["etc/pam.d", "var/lib/pam"].flatMap((place) =>
      fs
        .readdirSync(path.join(root, place))
        .map((name) => [
          `/${place}/${name}`,
          fs.readFileSync(path.join(root, place, name), "utf8"),
        ]),
    ),
  );
}

function debconfSettings(root: string): string {
  return [
    "Config: configdb",
    "Templates: templatedb",
    "",
    "Name: configdb",
    "Driver: File",
    `Filename: ${root}/config.dat`,
    "",
    "Name: templatedb",
    "Driver: File",
    `Filename: ${root}/templates.dat`,
    "",
  ].join("\n");
}
