import type { PublicImage } from "../test/judge/stacks/public-images.ts";
import type { StackResult, StackResults } from "../test/judge/stacks/results.ts";

/** docs/stacks.md: what was last measured of each stack, beside usual public images. */
export function stacksPage(results: StackResults, publicImages: readonly PublicImage[]): string {
  const stacks = Object.entries(results);
  return `# The stacks, measured

<!-- Made by \`npm run judge:stacks\` from test/judge/stacks; \`npm run docs\` writes it from the kept results. -->

Each stack of this project, built from nothing, brought up and proved, with a name, ports and a store of its own. Seconds are of
whole commands, from start to end, once each. What they were measured on stands beside them. The load is what the machine did
already when the first command started: where it is above the number of cores, each command waited for others most of its time, and
a machine that rests needs a fraction of it.

| stack | cold build | packages at hand | nothing to do | \`up\`, first time | \`up\`, with data | \`verify\` | measured |
| --- | ---: | ---: | ---: | ---: | ---: | --- | --- |
${stacks.map(timesRow).join("\n")}
${notes(stacks)}
- **Cold build**: no image in the Engine, an empty store: packages are fetched, proved, unpacked and loaded.
- **Packages at hand**: no image in the Engine, and of the store only what was downloaded.
- **Nothing to do**: the images are up to date; the middle one of three.
- **\`up\`**: the images are there; until every probe of every service answers. The first time secrets are made and databases
  initialised; with data is after \`down\`.
- **\`verify\`**: checks passed, and those that are listed below.

## Images

Sizes are those of whole images, the base's layers included. Compressed is what a registry holds and a machine without any of its
layers pulls; public images are compared by that alone, since it is what is published of them. The public images are built for more
uses than one; the notes say what sets them apart.

${stacks.map((stack) => imagesSection(stack, publicImages)).join("\n")}
## What \`verify\` lists

${stacks.map(verifySection).join("\n")}`;
}

/** What has to be known of some rows, below the table. */
function notes(stacks: readonly (readonly [string, StackResult])[]): string {
  const told = stacks.flatMap(([name, { note }]) =>
    note === undefined ? [] : [`${name}: ${note}`],
  );
  return told.length === 0 ? "" : `\n${told.join("\n")}\n`;
}

function timesRow([name, result]: readonly [string, StackResult]): string {
  const { coldBuild, buildAtHand, noopBuild, firstUp, againUp, verify, machine } = result;
  const { date, cores, load, engine } = machine;
  const times = [coldBuild, buildAtHand, noopBuild, firstUp, againUp].map(formatSeconds);
  const listed = verify.failed.length + verify.allowed.length + verify.skipped;
  const verified = `${verify.passed} passed${listed === 0 ? "" : `, ${listed} listed`}`;
  const measured = `${date}, ${cores} cores, load ${load}, Engine ${engine}`;
  return `| ${[name, ...times, verified, measured].join(" | ")} |`;
}

function formatSeconds(seconds: number): string {
  return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
}

function imagesSection(
  [stack, { images }]: readonly [string, StackResult],
  publicImages: readonly PublicImage[],
): string {
  const rows = Object.entries(images).map(([image, { unpackedBytes, compressedBytes }]) => {
    const usual = publicImages.find(({ beside }) => beside.includes(`${stack}/${image}`));
    const cells = [image, megabytes(unpackedBytes), megabytes(compressedBytes), ...besides(usual)];
    return `| ${cells.join(" | ")} |`;
  });
  return `### ${stack}

| image | unpacked | compressed | usual public image | compressed | made | note |
| --- | ---: | ---: | --- | ---: | --- | --- |
${rows.join("\n")}
`;
}

/** Nothing where no figure of a usual image is known with its source. */
function besides(usual: PublicImage | undefined): readonly string[] {
  if (usual === undefined) return ["", "", "", ""];
  const { reference, compressedBytes, made, source, note = "" } = usual;
  return [`[\`${reference}\`](${source})`, megabytes(compressedBytes), made, note];
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1_000_000)} MB`;
}

function verifySection([stack, { verify }]: readonly [string, StackResult]): string {
  const reasons = Map.groupBy(
    verify.allowed,
    ({ check, reason }) => `${check}, allowed: ${reason}`,
  );
  const lines = [
    ...[...reasons].map(
      ([text, group]) => `- ${group.map(({ subject }) => subject).join(", ")}: ${text}`,
    ),
    ...[...new Set(verify.failed)].map((id) => `- ${id} failed, which does not block`),
    ...(verify.skipped === 0 ? [] : [`- ${verify.skipped} skipped`]),
  ];
  return `### ${stack}\n\n${lines.length === 0 ? "Nothing." : lines.join("\n")}\n`;
}
