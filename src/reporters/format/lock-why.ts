import { describeLeftScript } from "../../image/left-scripts.ts";
import type { ImageWhy, PackageWhy, WhyStep } from "../../packages/lock/why.ts";
import { formatBytes } from "./bytes.ts";
import type { Style } from "./style.ts";

/** Why a package is in the images that hold it, for people. Ends without a newline. */
export function formatPackageWhy(why: PackageWhy, style: Style): string {
  const versions = Map.groupBy(why.images, (each) => each.package.digest);
  const several = versions.size > 1;
  return [
    ...[...versions.values()].flatMap((images) => factLines(images, several, style)),
    "",
    ...why.images.flatMap((each) => chainLines(each, style)),
    ...why.inherited.map(
      ({ image, from, requested }) =>
        `${style.strong(image)}: has it from ${from}${requested ? ", and asks for it as well" : ""}`,
    ),
  ].join("\n");
}

function factLines(images: readonly ImageWhy[], several: boolean, style: Style): readonly string[] {
  const [first] = images;
  if (first === undefined) return [];
  const { package: entry, signedBy } = first;
  const where = several ? ` in ${images.map(({ image }) => image).join(", ")}` : "";
  const rows = [
    ["size", formatBytes(entry.sizeBytes)],
    ["source", `${entry.source} ${entry.sourceVersion}`],
    ["repository", `${entry.repository}, ${entry.path}`],
    ["signed by", signedBy ?? "nobody: nothing proves it, and --allow-unsigned took it"],
    ["built", new Date(entry.buildTime * 1000).toISOString().slice(0, 10)],
    ["digest", entry.digest],
  ] as const;
  return [
    `${style.strong(`${entry.name} ${entry.version}`)} ${entry.architecture}${where}`,
    ...rows.map(([name, value]) => `  ${style.faint(name.padEnd(10))} ${value}`),
  ];
}

function chainLines(
  { image, chain, others, leftScripts = [], ranScripts = [] }: ImageWhy,
  style: Style,
): readonly string[] {
  const [first] = chain;
  const asked = first?.isEssential === true ? " (essential)" : " (asked for)";
  const origin = first?.relation === undefined ? asked : " (its reason is not in the lock)";
  const path = chain.map(({ name }, index) => (index === 0 ? `${name}${origin}` : name));
  return [
    `${style.strong(image)}: ${path.join(" -> ")}`,
    ...chain.flatMap((step, index) => stepLine(chain[index - 1], step)),
    ...others.map((other) => `    ${style.faint("also:")} ${other}`),
    ...leftScripts.map((left) => `    ${style.faint("scripts:")} ${describeLeftScript(left)}`),
    ...ranScripts.map(
      (script) =>
        `    ${style.faint("scripts:")} the ${script} was run in a container of the image; what it made is a layer of its own, \`run_layer\` in the lock.`,
    ),
  ];
}

function stepLine(before: WhyStep | undefined, step: WhyStep): readonly string[] {
  if (before === undefined || step.relation === undefined) return [];
  return [
    `    ${before.name} ${before.version} needs ${step.relation}: ${step.name} ${step.version}`,
  ];
}
