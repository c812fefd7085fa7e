import { composeServiceKeys } from "../src/compose/import/service-keys.ts";
import { refusalOf } from "../src/manifest/keys/refused-keys.ts";
import type { ComposeResult, ComposeResults } from "../test/judge/compose/results.ts";
import { exportMapping, sectionMapping, serviceMapping } from "./compose-mapping.ts";

/** docs/compose.md: what becomes of compose files, and of well-known ones. */
export function composePage(results: ComposeResults): string {
  const lost = [...composeServiceKeys].filter((key) => !Object.hasOwn(serviceMapping, key));
  return `# Compose files

<!-- Made by \`npm run docs\` from docs/compose-page.ts, docs/compose-mapping.ts and what \`npm run judge:compose\` kept. -->

\`\`\`
qclock import                      # compose.yaml or docker-compose.yml here, to stack.config.yaml beside it
qclock import deploy/compose.yaml compose.prod.yaml -o stack.config.yaml
qclock import compose.yaml -o -    # to standard output
\`\`\`

makes a manifest that runs what compose would run. A manifest that is there already is left alone unless \`--force\` says
otherwise, and it is written whole or not at all.

- **Nothing is dropped without a word.** What has no counterpart, and what is said in another way, stands in a comment of the
  manifest with its place in the compose file and a suggestion, and is told as a warning (\`compose-lost\`, \`compose-changed\`);
  \`--json\` gives the same list to programs.
- **It runs as before, and shows what that takes.** Compose allows root, a writable root file system, new privileges, fourteen
  capabilities, ports on every address, the Engine's machine and a way out of every network unless told otherwise. All of this is written under
  \`policy\` with the reason "imported from …, decide whether it is needed", so that \`qclock verify\` lists it. Take it away service by
  service.
- **Limits.** Compose sets none; a manifest always has some. Imported services get 2g of memory, 1 CPU and 4096 processes unless
  the file says otherwise.
- **Digests.** An image of a registry is pinned by its digest. Where the compose file gives none, the manifest has one of zeros:
  \`qclock lock\` asks the registry, by way of the Engine, and writes the right one there; until then \`build\` and \`up\` refuse to pull
  the image.
- **Variables stay variables.** Where one without a default is not set while importing, it gets the empty default that compose
  gives it. What names an image is written out, since only variables named \`QCLOCK_PUBLIC_…\` may be sent to a registry.
- **Files.** Several files are laid over each other by compose's rules; \`extends\`, \`include\`, anchors and merge keys are followed.
  Every path has to lie below the folder of the manifest, but for mounts of the host; \`--output\` in a folder above helps where one does
  not. Nothing is fetched.

## Services

| compose | manifest |
| --- | --- |
${rows(serviceMapping)}

Left out, each with a comment:

| compose | instead |
| --- | --- |
${lost.map((key) => `| \`${key}\` | ${refusalOf(key, ["services", "x"]) ?? ""} |`).join("\n")}

A key that is not in this table, such as one of a newer specification, is told and left out as well.

## The other parts

| compose | manifest |
| --- | --- |
${rows(sectionMapping)}

## Out again

\`\`\`
qclock up && qclock down           # makes the images, and writes the secrets into their volumes
qclock export compose -o compose.yaml
docker compose up --wait
\`\`\`

writes what \`qclock up\` would run as a compose file: files merged, variables replaced, defaults filled in. What is a secret by its
variable's name, and not shorter than 8 characters, stays a variable. Comments hold the reasons of \`policy\`, and what has no counterpart. Services of all profiles are
written, with their profiles.

| manifest | compose |
| --- | --- |
${rows(exportMapping)}

## Well-known examples

${examples(results)}`;
}

function rows(mapping: Readonly<Record<string, string>>): string {
  return Object.entries(mapping)
    .map(([key, becomes]) => `| \`${key}\` | ${becomes} |`)
    .join("\n");
}

function examples(results: ComposeResults): string {
  const files = results.flatMap((repository) => repository.files);
  const imported = files.filter(({ exitCode }) => exitCode === 0);
  const valid = imported.filter(({ problems }) => problems.length === 0);
  const lossless = imported.filter(({ lost }) => Object.keys(lost).length === 0);
  const sums = new Map<string, number>();
  for (const { lost } of files)
    for (const [what, count] of Object.entries(lost)) sums.set(what, (sums.get(what) ?? 0) + count);
  const most = [...sums].toSorted(
    ([one, a], [other, b]) => b - a || (one < other ? -1 : one > other ? 1 : 0),
  );
  return [
    "Compose files of public repositories, each imported as it is and what came out validated, by `npm run judge:compose`: of",
    `${files.length} files ${imported.length} are imported, ${valid.length} give a manifest in which \`qclock validate\` finds no problem, ${lossless.length} lose nothing.`,
    "The digests of their images are looked up by nobody here, so that none of them is brought up.",
    "",
    "| what was left out | times |",
    "| --- | ---: |",
    ...most.map(([what, count]) => `| ${what} | ${count} |`),
    "",
    ...results.flatMap(({ repository, commit, licence, files: own }) => [
      `### ${repository}`,
      "",
      `At \`${commit.slice(0, 12)}\`, ${licence}.`,
      "",
      "| file | services | valid | left out | said in another way |",
      "| --- | ---: | --- | --- | --- |",
      ...own.map(exampleRow),
      "",
    ]),
  ].join("\n");
}

function exampleRow({ file, services, exitCode, problems, lost, changed }: ComposeResult): string {
  const verdict =
    exitCode !== 0
      ? `**not imported**: ${problems.join(", ")}`
      : problems.length === 0
        ? "yes"
        : problems.join(", ");
  const cells = [`\`${file}\``, String(services), verdict, countsText(lost), countsText(changed)];
  return `| ${cells.join(" | ")} |`;
}

function countsText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([what, count]) => (count === 1 ? what : `${what} (${count})`))
    .join(", ");
}
