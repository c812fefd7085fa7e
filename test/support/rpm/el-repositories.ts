import { createHash } from "node:crypto";
import { mkdtemp, readFile } from "node:fs/promises";
import path from "node:path";
import type { AssembledImage } from "../../../src/stack/stack.ts";
import type { Store } from "../../../src/store/store.ts";
import { fetchDebian } from "../debian-images.ts";
import { aRepository, type ListedPackage } from "./a-repository.ts";
import type { TestKey } from "./an-open-pgp-key.ts";
import { elPackage, type ElPackage } from "./el-from-debian.ts";
import { elSystem } from "./el-system.ts";
import { machine, packedRpm, type PackedRpm } from "./packed-rpm.ts";

/**
 * Two signed repositories shaped like those of Oracle Linux 9, by the paths of their files at a
 * mirror: real programs of Debian's packages, under EL's names and in EL's places.
 */
export async function elRepositories(
  images: readonly AssembledImage[],
  {
    store,
    key,
    work,
    further = {},
  }: {
    readonly store: Store;
    readonly key: TestKey;
    readonly work: string;
    /** What the metadata lists besides, without there being such packages. */
    readonly further?: Readonly<Partial<Record<ElPackage["repository"], Iterable<ListedPackage>>>>;
  },
): Promise<ReadonlyMap<string, Buffer>> {
  const { target, paths } = await fetchDebian("el", images, store);
  const packages = new Map(
    [...target.images.values()].flatMap((image) => image.packages).map((each) => [each.name, each]),
  );
  const made: ElPackage[] = [];
  const folder = await mkdtemp(path.join(work, "el-"));
  for (const locked of packages.values()) {
    const file = paths.get(locked.digest) ?? "";
    const found = await elPackage(locked, file, path.join(folder, "spool"));
    if (found !== undefined) made.push(found);
  }
  const bundle = await readFile("/etc/ssl/certs/ca-certificates.crt", "utf8");
  const system = elSystem(bundle).map((rpm): ElPackage => {
    const isTwin = rpm.name.startsWith("php");
    return { rpm, repository: isTwin ? "appstream" : "baseos" };
  });
  const files = new Map<string, Buffer>();
  for (const [repository, place] of [
    ["baseos", `/OL9/baseos/latest/${machine}`],
    ["appstream", `/OL9/appstream/${machine}`],
  ] as const) {
    const own = [...system, ...made].filter((each) => each.repository === repository);
    const listed = own.map(({ rpm }) => {
      const bytes = packedRpm(rpm, key);
      const entry = listedPackage(rpm, bytes);
      files.set(`${place}/${entry.location}`, bytes);
      return entry;
    });
    const modules = repository === "appstream" ? { modules: phpModule(own) } : {};
    for (const [name, bytes] of aRepository(place, {
      packages: oneAfterTheOther(listed, further[repository] ?? []),
      ...modules,
    }))
      files.set(name, bytes);
  }
  return files;
}

function oneAfterTheOther<Value>(first: Iterable<Value>, second: Iterable<Value>): Iterable<Value> {
  return {
    *[Symbol.iterator]() {
      yield* first;
      yield* second;
    },
  };
}

function listedPackage(
  rpm: PackedRpm,
  bytes: Buffer,
): ListedPackage & { readonly location: string } {
  const { name, architecture, requires, provides = [] } = rpm;
  const version = `${rpm.version}-${rpm.release}`;
  const own = `name="${name}" flags="EQ" epoch="0" ver="${rpm.version}" rel="${rpm.release}"`;
  const named = (each: string): string => `name="${each}"`;
  return {
    name,
    version,
    architecture,
    sourceFile: `${name}-${version}.src.rpm`,
    location: `getPackage/${name}-${version}.${architecture}.rpm`,
    dependencies: { provides: [own, ...provides.map(named)], requires: requires.map(named) },
    files: rpm.files.map((file) => file.path).filter((each) => /^\/etc\/|bin\//.test(each)),
    file: { sha256: createHash("sha256").update(bytes).digest("hex"), bytes: bytes.length },
  };
}

/** The document of the stream php:8.2, with the packages that say that they belong to it. */
function phpModule(packages: readonly ElPackage[]): string {
  const artifacts = packages
    .filter(({ rpm }) => rpm.modularityLabel !== undefined)
    .map(({ rpm }) => `    - ${rpm.name}-0:${rpm.version}-${rpm.release}.${rpm.architecture}`);
  return [
    "---",
    "document: modulemd",
    "version: 2",
    "data:",
    "  name: php",
    "  stream: 8.2",
    "  version: 9050020241126093242",
    "  context: 9",
    "  static_context: true",
    `  arch: ${machine}`,
    "  summary: PHP",
    "  description: PHP",
    "  license:",
    "    module: [MIT]",
    "  dependencies:",
    "  - requires:",
    "      platform: [el9]",
    "  artifacts:",
    "    rpms:",
    ...artifacts,
    "...",
    "",
  ].join("\n");
}
