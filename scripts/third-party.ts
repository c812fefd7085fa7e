import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";

/** A library of which something is in the bundle. */
export interface Library {
  readonly name: string;
  readonly version: string;
  /** As its package.json says, such as `MIT`. */
  readonly license: string;
  readonly homepage: string | undefined;
  /** The text of its licence. */
  readonly text: string;
}

const manifestSchema = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string().optional(),
  // How old packages said it.
  licenses: z.array(z.object({ type: z.string() })).optional(),
  homepage: z.string().optional(),
  repository: z.union([z.string(), z.object({ url: z.string() })]).optional(),
});

/** Names of the packages that the inputs of a bundle come from, sorted. Nested ones, too. */
export function packageFolders(inputs: readonly string[]): readonly string[] {
  const folders = inputs.flatMap((input) => {
    const match = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/u.exec(input);
    return match === null ? [] : [match[0]];
  });
  return [...new Set(folders)].toSorted();
}

/**
 * Read what has to be said of a package. Rejects when its licence has no text, in the package or in
 * `licenses/<name>.txt` of this repository: nothing may be bundled without one.
 */
export async function readLibrary(root: string, folder: string): Promise<Library> {
  const manifest = manifestSchema.parse(
    JSON.parse(await readFile(path.join(root, folder, "package.json"), "utf8")),
  );
  const { name, version, repository } = manifest;
  const old = manifest.licenses?.map(({ type }) => type).join(" or ");
  const license = manifest.license ?? old ?? "see its text";
  const files = await readdir(path.join(root, folder));
  const own = files.filter((file) => /^(?:licen[cs]e|copying|notice)/iu.test(file)).toSorted();
  const places =
    own.length > 0
      ? own.map((file) => path.join(root, folder, file))
      : [path.join(root, "licenses", `${name.replace("/", "__")}.txt`)];
  const texts = await Promise.all(
    places.map((place) =>
      readFile(place, "utf8").catch((error: unknown) => {
        throw new Error(`${name} is bundled, and has no text of its licence (${license})`, {
          cause: error,
        });
      }),
    ),
  );
  const url = typeof repository === "string" ? repository : repository?.url;
  return { name, version, license, homepage: manifest.homepage ?? url, text: texts.join("\n\n") };
}

/**
 * The file that ships beside the bundle: each library, the texts of the licences, and the notices
 * inside libraries.
 */
export function formatThirdParty(request: {
  readonly libraries: readonly Library[];
  /** Legal comments that esbuild found in the libraries, by file of the bundle. */
  readonly notices: ReadonlyMap<string, string>;
  /** What a library's licence asks to be said besides its text. */
  readonly remarks: ReadonlyMap<string, string>;
  /** Further licences that a library's licence refers to. */
  readonly texts: ReadonlyMap<string, string>;
}): string {
  const { libraries, notices, remarks, texts } = request;
  // Some are installed more than once.
  const unique = new Map(libraries.map((each) => [`${each.name} ${each.version}`, each]));
  const sorted = [...unique].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
  const list = sorted.map(({ name, version, license }) => `  ${name} ${version}: ${license}`);
  const sections = sorted.map(({ name, version, license, homepage, text }) =>
    [
      rule,
      `${name} ${version}`,
      `License: ${license}`,
      ...(homepage === undefined ? [] : [homepage]),
      ...(remarks.has(name) ? ["", remarks.get(name)] : []),
      "",
      text.trim(),
      ...(texts.has(name) ? ["", texts.get(name)?.trim()] : []),
    ].join("\n"),
  );
  const inside = [...notices].map(([file, text]) =>
    [rule, `Notices in ${file}`, "", text.trim()].join("\n"),
  );
  return ["dist/ holds code of these libraries:", "", ...list, "", ...sections, ...inside, ""].join(
    "\n",
  );
}

const rule = "-".repeat(80);
