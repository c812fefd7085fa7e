import { rm } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { readRoot, type Root } from "../root/tar-root.ts";
import type { RpmRepository } from "./repository.ts";

export interface DnfRoot {
  readonly root: Root;
  /** Files of the packages, by their names, in the order in which rpm laid them down. */
  readonly packages: ReadonlyMap<string, string>;
  readonly durationMs: number;
}

/** What dnf makes of an empty root, with all scripts run. Needs root. */
export async function makeDnfRoot(request: {
  readonly repository: RpmRepository;
  readonly wanted: readonly string[];
  readonly folder: string;
  readonly signal: AbortSignal;
}): Promise<DnfRoot> {
  const { repository, wanted, signal } = request;
  const root = path.join(request.folder, "dnf");
  const options = { env: repository.environment, extendEnv: false, cancelSignal: signal } as const;
  const startedAtMs = performance.now();
  const settings = `reposdir=${repository.folder} varsdir=/- install_weak_deps=0 best=1`
    .split(" ")
    .map((setting) => `--setopt=${setting}`);
  const system = ["--installroot", root, "--releasever", "9", "--forcearch", "x86_64"];
  const quiet = ["-y", "--quiet", "--disableplugin", "*"];
  await execa("dnf", [...quiet, ...system, ...settings, "install", ...wanted], options);
  const durationMs = performance.now() - startedAtMs;
  const format = "%{DBINSTANCE} %{NAME} %{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}\n";
  const { stdout } = await execa("rpm", ["--root", root, "-qa", "--qf", format], options);
  const rows = stdout
    .split("\n")
    .map((line) => line.split(" "))
    .toSorted(([a], [b]) => Number(a) - Number(b));
  const packages = new Map(
    rows.map(([, name = "", file = ""]): [string, string] => [
      name,
      path.join(repository.folder, "getPackage", `${file}.rpm`),
    ]),
  );
  const tar = path.join(request.folder, "dnf.tar");
  const written = [
    "--xattrs",
    "--xattrs-include=*",
    "--numeric-owner",
    "-C",
    root,
    "-cf",
    tar,
    ".",
  ];
  await execa("tar", written, options);
  await rm(root, { recursive: true });
  return { root: readRoot([tar]), packages, durationMs };
}
