import { countOf } from "../../count.ts";
import { formatBytes } from "../format/bytes.ts";
import type { Style } from "../format/style.ts";
import { formatTable } from "../format/table.ts";
import type { BundleList } from "../../run/bundle/list.ts";
import type { LoadReport } from "../../run/bundle/load.ts";

/** What `bundle list` prints: facts, then each package. */
export function formatBundle(
  list: BundleList,
  options: { readonly style: Style; readonly columns: number | undefined },
): string {
  const { style, columns } = options;
  const facts: (readonly [string, string])[] = [
    ["Stack", `${list.stack}, saved by qclock ${list.version}`],
    ["Holds", `${countOf(list.files, "file")}, ${formatBytes(list.sizeBytes)}`],
  ];
  for (const { target, packages, packageBytes, signatures, packagesClaim } of list.targets) {
    facts.push([
      "Target",
      `${target}: ${countOf(packages.length, "package")}, ${formatBytes(packageBytes)}`,
    ]);
    for (const { suite, claimedKey, asLocked } of signatures)
      facts.push([
        "Claims",
        `${suite} signed by ${claimedKey}${asLocked ? "" : ", later than the lock"}`,
      ]);
    for (const key of packagesClaim) facts.push(["Claims", `packages signed by ${key}`]);
    facts.push([
      "",
      signatures.length + packagesClaim.length === 0
        ? "no release file is in it, so that nothing proves its packages"
        : "bundle load proves it, or refuses the bundle",
    ]);
  }
  for (const { reference, target, id, sizeBytes } of list.images)
    facts.push(["Image", `${reference}, ${target}, ${id.slice(0, 19)}, ${formatBytes(sizeBytes)}`]);
  if (list.manifest !== undefined)
    facts.push(["Project", `${list.manifest.name}, ${countOf(list.manifest.files, "file")}`]);
  const rows = list.targets.flatMap(({ packages }) =>
    packages.map((each) => [
      each.image,
      each.name,
      each.version,
      each.architecture,
      formatBytes(each.sizeBytes),
    ]),
  );
  const head = facts.map(([name, text]) => `${style.faint(name.padEnd(8))} ${text}`).join("\n");
  if (rows.length === 0) return head;
  const titles = [
    { title: "IMAGE" },
    { title: "PACKAGE", minimumWidth: 12 },
    { title: "VERSION", minimumWidth: 12 },
    { title: "ARCH" },
    { title: "SIZE", align: "right" as const },
  ];
  return `${head}\n\n${formatTable(titles, rows, { width: columns, header: style.faint })}`;
}

/** What `bundle load` prints: what came in, what proves it, and what became of the lock. */
export function formatLoaded(report: LoadReport): string {
  const { added, held, proof, lock, project, images } = report;
  const all = proof.proved + proof.unproved.length;
  const copy = lock.copy === undefined ? "" : `, the one before kept as ${lock.copy}`;
  return [
    `store: ${countOf(added.files, "file")} (${formatBytes(added.bytes)}) new, ${held.files} there already`,
    `signed: ${proof.proved} of ${countOf(all, "package")}`,
    `lock: ${lock.file} ${lock.outcome}${copy}`,
    ...(project === undefined
      ? []
      : [`project: ${countOf(project.written, "file")} written, ${project.unchanged} unchanged`]),
    ...images.map((reference) => `image: ${reference}`),
  ].join("\n");
}
