import type { EverydayImage, Kind } from "../test/judge/images/everyday-image.ts";
import type { ImageResult, ImageResults } from "../test/judge/images/results.ts";
import { everydayImages } from "../test/judge/images/table.ts";

const HEADINGS: Readonly<Record<Kind, string>> = {
  web: "Web servers, proxies and the servers of programs",
  database: "Databases",
  broker: "Brokers",
  language: "Languages",
  mail: "Mail",
  directory: "Directories and sign-on",
  network: "Names, time, files and shells of a network",
  tool: "Tools",
  desktop: "Desktop libraries and renderers",
};

/** docs/packages.md: what became of every image of the table when it was last built and used. */
export function packagesPage(results: ImageResults): string {
  const known = Object.entries(everydayImages).flatMap(([name, image]) => {
    const result = results[name];
    return result === undefined ? [] : [{ name, image, result }];
  });
  const working = known.filter(({ result }) => result.failed === undefined).length;
  const sections = [...Map.groupBy(known, ({ image }) => image.kind)]
    .map(([kind, rows]) => section(kind, rows))
    .join("\n");
  return `# Everyday images

<!-- Made by \`npm run judge:images\` from test/judge/images; \`npm run docs\` writes it from the kept results. -->

Images that people make every day, each built from a manifest that names its packages, an entrypoint and what any operator
must say, brought up with \`qclock up\`, and used: a page is asked for, a query is made, a program is compiled and run, a picture
is rendered. ${working} of ${known.length} work; the table has ${Object.keys(everydayImages).length}, and those that were not
used yet are not shown. All are hardened as every service is: a read-only root, no capabilities, a user that
is not root, unless the table says otherwise. Sizes are the Engine's, of the whole image.
"Scripts left" are those of its packages that [could not be interpreted](scripts.md) to their end.

${sections}`;
}

interface Row {
  readonly name: string;
  readonly image: EverydayImage;
  readonly result: ImageResult;
}

function section(kind: Kind, rows: readonly Row[]): string {
  return [
    `## ${HEADINGS[kind]}`,
    "",
    "| image | version | packages | size | used | what else it needs | scripts left | works |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ...rows.map(rowOf),
    "",
  ].join("\n");
}

function rowOf({ name, image, result }: Row): string {
  const size = result.bytes === 0 ? "" : `${Math.round(result.bytes / 1_000_000)} MB`;
  const cells = [
    name,
    `${image.packages[0]} ${result.version}`.trim(),
    result.packages === 0 ? "" : String(result.packages),
    size,
    describeUse(image),
    needsOf(image).join("; "),
    (result.undone ?? []).join("; "),
    result.failed === undefined ? "yes" : `**no** (${result.failed}): ${code(result.error ?? "")}`,
  ];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function describeUse({ use, start }: EverydayImage): string {
  if ("page" in use) return `\`GET ${use.page.path}\` on ${use.page.port}`;
  const line = ("command" in use ? use.command : start)
    .join(" ")
    .replace(/^\/(?:\w+\/)*(?:ba)?sh -c /, "")
    .replace(/^\/(?:\w+\/)*/, "");
  return code(line.length > 80 ? `${line.slice(0, 80)}…` : line);
}

/** What the manifest says beside packages, the program and paths in memory. */
function needsOf(image: EverydayImage): readonly string[] {
  const { packages, clients = [], capabilities = [], config = {}, environment = {} } = image;
  const beside = [...packages.slice(1), ...clients];
  return [
    ...(image.essential === true ? ["`essential: true`"] : []),
    ...(beside.length === 0 ? [] : [`beside it ${beside.join(", ")}`]),
    ...(image.user === "0:0"
      ? ["root"]
      : image.user === undefined
        ? []
        : [`user \`${image.user}\``]),
    ...(capabilities.length === 0 ? [] : [capabilities.join(" ")]),
    ...(image.writableRoot === true ? ["a writable root"] : []),
    ...Object.keys(config).map((file) => `\`${file}\``),
    ...(Object.keys(environment).length === 0 ? [] : [Object.keys(environment).join(" ")]),
    ...(image.executable ?? []).map((path) => `programs run from \`${path}\``),
    ...(image.debconf === undefined ? [] : ["answers for debconf"]),
    ...(image.run === undefined ? [] : [`\`scripts: run\`: ${image.run}`]),
  ];
}

function code(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  return line.includes("`") ? `\`\` ${line} \`\`` : `\`${line}\``;
}
