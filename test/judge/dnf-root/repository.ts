import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { debianSpecs } from "./debian-specs.ts";
import { type BuildPlace, type Spec, specs } from "./specs.ts";

/** Times of packages are the same in each run: 1 January 2024. */
export const BUILD_TIME = 1_704_067_200;

/** A repository, and how rpm is called for it. */
export interface RpmRepository {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Make a repository of small packages with traps, and of real programs that are taken out of
 * Debian's packages. Needs rpm, createrepo-c and apt, on Debian. Signatures are left out: nothing
 * of them changes how a package is laid down.
 */
export async function makeRepository(
  folder: string,
  options: { readonly signal: AbortSignal; readonly onPackage: (name: string) => void },
): Promise<RpmRepository> {
  const { signal, onPackage } = options;
  const work = path.join(folder, "work");
  const { environment } = openRepository(folder);
  await mkdir(work, { recursive: true });
  await writeFile(path.join(work, ".rpmmacros"), macrosIn(work));
  const place = { folder, work, environment, signal };
  for (const spec of specs) {
    onPackage(spec.name);
    await build(place, spec);
  }
  for await (const spec of debianSpecs(place)) {
    onPackage(spec.name);
    await build(place, spec);
  }
  await rm(work, { recursive: true, force: true });
  await mkdir(work);
  await writeFile(path.join(work, ".rpmmacros"), macrosIn(work));
  await execa("createrepo_c", ["--quiet", "--no-database", folder], { cancelSignal: signal });
  await writeFile(
    path.join(folder, "test.repo"),
    `[judge]\nname=judge\nbaseurl=file://${folder}\ngpgcheck=0\n`,
  );
  return { folder, environment };
}

/** A repository that is there. */
export function openRepository(folder: string): RpmRepository {
  const environment = {
    HOME: path.join(folder, "work"),
    PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
    LC_ALL: "C.UTF-8",
    TZ: "UTC",
    SOURCE_DATE_EPOCH: String(BUILD_TIME),
  };
  return { folder, environment };
}

function macrosIn(work: string): string {
  const macros = [
    // Debian's rpm keeps its database in the home folder; EL has it here.
    "_dbpath /var/lib/rpm",
    `_topdir ${work}`,
    `_rpmdir ${work}/out`,
    "_buildshell /bin/bash",
    "_binary_payload w3.zstdio",
    "use_source_date_epoch_as_buildtime 1",
    "clamp_mtime_to_source_date_epoch 1",
    "_buildhost builder.invalid",
    "_build_id_links none",
    "debug_package %{nil}",
    "__os_install_post %{nil}",
    "__requires_exclude ^(/usr)?/bin/(perl|python|dash)",
  ];
  return macros.map((macro) => `%${macro}\n`).join("");
}

async function build(
  place: BuildPlace,
  { name, version, architecture, body }: Spec,
): Promise<void> {
  const { folder, work, environment, signal } = place;
  const [, epoch, upstream = "", release = ""] = /^(?:(\d+):)?(.+)-([^-]+)$/.exec(version) ?? [];
  const file = path.join(work, "spec");
  await writeFile(
    file,
    [
      `Name: ${name}`,
      ...(epoch === undefined ? [] : [`Epoch: ${epoch}`]),
      `Version: ${upstream}`,
      `Release: ${release}`,
      "Summary: For tests",
      "License: MIT",
      body,
      "%description",
      "A test.",
      "",
    ].join("\n"),
  );
  await execa("rpmbuild", ["-bb", "--quiet", "--target", `${architecture}-linux`, file], {
    env: environment,
    extendEnv: false,
    cancelSignal: signal,
  });
  const packages = path.join(folder, "getPackage");
  await mkdir(packages, { recursive: true });
  const out = path.join(work, "out", architecture);
  for (const made of await readdir(out))
    await rename(path.join(out, made), path.join(packages, made));
}
