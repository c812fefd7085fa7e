import { describeLeftScript } from "../../image/left-scripts.ts";
import type { WheelImageWhy, WheelWhy } from "../../packages/lock/why-wheel.ts";
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

/** Why a Python project is in the images that have it, for people. Ends without a newline. */
export function formatWheelWhy(why: WheelWhy, style: Style): string {
  const wheels = Map.groupBy(why.images, ({ wheel }) => wheel.digest);
  return [
    ...[...wheels.values()].flatMap((images) => wheelLines(images, wheels.size > 1, style)),
    "",
    ...why.images.flatMap((each) => chainLines(each, style)),
    ...why.inherited.map(({ image, from }) => `${style.strong(image)}: has it from ${from}`),
  ].join("\n");
}

function wheelLines(
  images: readonly WheelImageWhy[],
  several: boolean,
  style: Style,
): readonly string[] {
  const [first] = images;
  if (first === undefined) return [];
  const { name, version, file, sizeBytes, digest } = first.wheel;
  const where = several ? ` in ${images.map(({ image }) => image).join(", ")}` : "";
  const rows = [
    ["file", file],
    ["size", formatBytes(sizeBytes)],
    ["named by", first.place ?? "no line of the requirements file as it is now"],
    ["digest", digest],
  ] as const;
  return [
    `${style.strong(`${name} ${version}`)} wheel${where}`,
    ...rows.map(([title, value]) => `  ${style.faint(title.padEnd(10))} ${value}`),
  ];
}

/** What of an image's explanation is a chain. */
type Chained = Pick<ImageWhy, "image" | "chain" | "others" | "leftScripts" | "ranScripts">;

function chainLines(
  { image, chain, others, leftScripts = [], ranScripts = [] }: Chained,
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
