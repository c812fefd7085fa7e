import { listFirst } from "../../count.ts";
import type {
  ArtifactDiff,
  WheelDiff,
  ImageDiff,
  LayerChange,
  LockDiff,
  RepositoryDiff,
  TargetDiff,
} from "../../packages/lock/diff/lock-diff.ts";
import type { LockedPackage, Reason } from "../../packages/package.ts";
import type {
  ImagePayloadDiff,
  NewSetuidFile,
  PayloadDiff,
} from "../../packages/lock/diff/payload-diff.ts";
import { formatBytes } from "./bytes.ts";
import type { Style } from "./style.ts";

export interface LockDiffFormatOptions {
  readonly style: Style;
  /** What the packages themselves say; absent: nobody looked. */
  readonly payloads?: PayloadDiff;
}

/**
 * What differs between two locks in plain words, a line each. Ends without a newline; empty when
 * nothing differs.
 */
export function formatLockDiff(diff: LockDiff, options: LockDiffFormatOptions): string {
  const lines = diff.targets.flatMap((target) => targetLines(target, options));
  return [...lines, ...unseenLines(options)].join("\n");
}

function targetLines(target: TargetDiff, options: LockDiffFormatOptions): readonly string[] {
  const { style } = options;
  const head = style.strong(target.target);
  const whole = target.change === "changed" ? "" : `: ${target.change}`;
  return [
    `${head}${whole}`,
    ...(target.otherInputs ? ["  made for another list of images and packages"] : []),
    ...(target.modules === undefined
      ? []
      : [`  modules ${target.modules.from || "none"} -> ${target.modules.to || "none"}`]),
    ...target.repositories.flatMap((each) => repositoryLines(each, style)),
    ...target.images.flatMap((image) => imageLines(target.target, image, options)),
  ];
}

function repositoryLines(
  { id, change, release, signedBy, other }: RepositoryDiff,
  style: Style,
): readonly string[] {
  if (change !== "changed") return [`  repository ${id}: ${change}`];
  const facts = [
    ...(release === undefined
      ? []
      : [`another snapshot (${short(release.from)} -> ${short(release.to)})`]),
    ...(signedBy === undefined
      ? []
      : [
          style.warning(
            `signed by another key: ${signedBy.from ?? "nobody"} -> ${signedBy.to ?? "nobody"}`,
          ),
        ]),
    ...other,
  ];
  return [`  repository ${id}: ${facts.join(", ")}`];
}

function imageLines(
  target: string,
  image: ImageDiff,
  { style, payloads }: LockDiffFormatOptions,
): readonly string[] {
  const payload = payloads?.images.find(
    (each) => each.target === target && each.image === image.image,
  );
  return [
    `  ${style.strong(`image ${image.image}`)}: ${[
      ...(image.change === "changed" ? [] : [image.change]),
      ...counts(image),
      ...sizes(image, payload),
    ].join(", ")}`,
    ...packageLines(image, style),
    ...image.artifacts.map((artifact) => artifactLine(artifact, style)),
    ...image.wheels.map((wheel) => wheelLine(wheel, style)),
    ...(payload?.newSetuid ?? []).map((file) => setuidLine(file, style)),
    ...(image.newestBuild === undefined
      ? []
      : [
          `    newest package built ${dateOf(image.newestBuild.from)} -> ${dateOf(image.newestBuild.to)}`,
        ]),
    ...layerLines(image),
  ];
}

function counts({
  change,
  added,
  removed,
  moved,
  restated,
  artifacts,
  wheels,
}: ImageDiff): readonly string[] {
  const facts = [
    [added.length, "added"],
    [removed.length, "removed"],
    [moved.length, "moved"],
    [restated.length, "restated"],
    [artifacts.length, artifacts.length === 1 ? "artifact" : "artifacts"],
    [wheels.length, wheels.length === 1 ? "wheel" : "wheels"],
  ] as const;
  const found = facts.flatMap(([count, word]) => (count === 0 ? [] : [`${count} ${word}`]));
  if (found.length > 0) return found;
  return [change === "changed" ? "the same packages" : "no packages of its own"];
}

function sizes(
  { downloadBytes: { from, to } }: ImageDiff,
  payload: ImagePayloadDiff | undefined,
): readonly string[] {
  const installed = payload?.installedBytes ?? 0;
  return [
    ...(from === to ? [] : [`download ${formatBytes(to)} (${signed(to - from)})`]),
    ...(installed === 0 ? [] : [`installed ${signed(installed)}`]),
  ];
}

function packageLines(image: ImageDiff, style: Style): readonly string[] {
  return [
    ...image.added.map((entry) => `    ${style.success("+")} ${idOf(entry)}, ${reasonOf(entry)}`),
    ...image.removed.map((entry) => `    ${style.error("-")} ${idOf(entry)}`),
    ...image.moved.map(({ name, from, to, direction }) => {
      const place =
        from.repository === to.repository ? "" : `, ${from.repository} -> ${to.repository}`;
      const versions = `${from.version} -> ${to.version}`;
      switch (direction) {
        case "newer":
          return `    ${style.accent("~")} ${name} ${versions}${place}`;
        case "older":
          return `    ${style.warning("~")} ${name} ${versions}, ${style.warning("older")}${place}`;
        case "replaced":
          return `    ${style.error("!")} ${name} ${to.version}: ${style.error("other bytes under the same version")} (${short(from.digest)} -> ${short(to.digest)})${place}`;
        default:
          return direction satisfies never;
      }
    }),
    ...image.restated.map(
      ({ name, version, facts }) =>
        `    ${style.faint("=")} ${name} ${version}: ${facts.map(({ fact, from, to }) => `${fact} "${from}" -> "${to}"`).join(", ")}`,
    ),
  ];
}

function artifactLine({ path, change, from, to }: ArtifactDiff, style: Style): string {
  switch (change) {
    case "added":
      return `    ${style.success("+")} ${path} from ${to?.url ?? ""}, ${formatBytes(to?.sizeBytes ?? 0)}`;
    case "removed":
      return `    ${style.error("-")} ${path} from ${from?.url ?? ""}`;
    case "changed": {
      const address = from?.url === to?.url ? (to?.url ?? "") : `${from?.url} -> ${to?.url}`;
      return `    ${style.accent("~")} ${path} from ${address} (${short(from?.digest ?? "")} -> ${short(to?.digest ?? "")})`;
    }
    default:
      return change satisfies never;
  }
}

function wheelLine({ change, name, from, to }: WheelDiff, style: Style): string {
  switch (change) {
    case "added":
      return `    ${style.success("+")} ${name} ${to?.version} (wheel), ${formatBytes(to?.sizeBytes ?? 0)}`;
    case "removed":
      return `    ${style.error("-")} ${name} ${from?.version} (wheel)`;
    case "changed":
      return from?.version === to?.version
        ? `    ${style.warning("~")} ${name} ${to?.version} (wheel): another file, ${from?.file} -> ${to?.file}`
        : `    ${style.accent("~")} ${name} ${from?.version} -> ${to?.version} (wheel)`;
    default:
      return change satisfies never;
  }
}

function reasonOf({ reasons, sizeBytes }: LockedPackage): string {
  const [reason] = reasons;
  return `${formatBytes(sizeBytes)}, ${whyOf(reason)}`;
}

function whyOf(reason: Reason | undefined): string {
  switch (reason?.type) {
    case "dependency":
      return `because ${reason.of} needs ${reason.relation}`;
    case "essential":
      return "essential";
    case "requested":
    case undefined:
      return "asked for";
  }
}

function setuidLine(file: NewSetuidFile, style: Style): string {
  const { path, mode, uid, gid, since } = file;
  const kind = (mode & 0o4000) === 0 ? "setgid" : "setuid";
  const word = since === "new" ? `new ${kind} file` : `${kind} file, perhaps new`;
  const { name, version } = file.package;
  return `    ${style.error("!")} ${style.error(word)} ${path} (${mode.toString(8)}, ${uid}:${gid}) of ${name} ${version}`;
}

function layerLines({ packagesLayer, runLayer, change }: ImageDiff): readonly string[] {
  if (change === "removed") return [];
  return [
    ...(packagesLayer === undefined ? [] : [`    packages layer ${changeLine(packagesLayer)}`]),
    ...(runLayer === undefined ? [] : [`    run layer ${changeLine(runLayer)}`]),
  ];
}

function changeLine({ from, to }: LayerChange): string {
  if (from === undefined) return `${to === undefined ? "" : short(to)}: built for the first time`;
  return `${short(from)} -> ${to === undefined ? "to be told by the next build" : short(to)}`;
}

const SHOWN = 8;

function unseenLines({ payloads, style }: LockDiffFormatOptions): readonly string[] {
  const unseen = payloads?.notLookedInto ?? [];
  const hasSetuid = payloads?.images.some(({ newSetuid }) => newSetuid.length > 0) ?? false;
  return [
    ...(hasSetuid
      ? [
          style.faint(
            "An image keeps setuid and setgid bits only of the files that its `setuid` names.",
          ),
        ]
      : []),
    ...(unseen.length === 0
      ? []
      : [
          `${style.warning("Not looked into")}, since the store lacks them: ${listFirst(unseen.map(idOf), SHOWN)}.`,
          `${style.accent("hint:")} \`qclock lock diff --fetch\` downloads them and looks for setuid files.`,
        ]),
  ];
}

function idOf({ name, version }: LockedPackage): string {
  return `${name} ${version}`;
}

function short(digest: string): string {
  return digest.replace(/^sha256:/, "").slice(0, 12);
}

function signed(bytes: number): string {
  return bytes < 0 ? `-${formatBytes(-bytes)}` : `+${formatBytes(bytes)}`;
}

function dateOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}
