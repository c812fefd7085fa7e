import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { aRepository } from "../../support/rpm/a-repository.ts";
import { temporaryFolder } from "../../support/temporary-store.ts";
import type { ModuleUniverse } from "./module-universe.ts";

/**
 * The packages that dnf would choose from, when streams of modules are enabled, each as
 * `name-epoch:version-release`, sorted. Needs Debian's `dnf`.
 */
export async function shownByDnf(universe: ModuleUniverse): Promise<readonly string[]> {
  await using folder = await temporaryFolder();
  const at = (name: string): string => path.join(folder.path, name);
  for (const [file, bytes] of aRepository("/repository", universe)) await write(at(file), bytes);
  await write(
    at("settings/t.repo"),
    `[t]\nname=t\nbaseurl=file://${at("repository")}\ngpgcheck=0\n`,
  );
  for (const each of universe.asked) {
    const [name = "", stream = ""] = each.split(":");
    await write(
      at(`root/etc/dnf/modules.d/${name}.module`),
      `[${name}]\nname=${name}\nstream=${stream}\nprofiles=\nstate=enabled\n`,
    );
  }
  const settings = {
    reposdir: at("settings"),
    varsdir: "/nonexistent",
    module_platform_id: "platform:el9",
  };
  const { stdout } = await execa("dnf", [
    "-yq",
    `--installroot=${at("root")}`,
    "--releasever=9",
    "--forcearch=x86_64",
    "--disableplugin=*",
    ...Object.entries(settings).map(([name, value]) => `--setopt=${name}=${value}`),
    "repoquery",
    "--available",
    "--qf=%{name}-%{epoch}:%{version}-%{release}",
  ]);
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .toSorted();
}

async function write(file: string, content: string | Uint8Array): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content);
}
