import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { createPackageIndex, type IndexText } from "../../src/packages/deb/packages-index.ts";
import { type Apt, openApt } from "../support/apt.ts";

/**
 * An apt whose archive is cut down to what some packages can come to need by any alternative and
 * any provider. It answers as if it had the whole one, and twenty times as quickly. Undefined where
 * there is no apt.
 */
export async function cutArchive(
  folder: string,
  indexes: readonly IndexText[],
  names: readonly string[],
): Promise<Apt | undefined> {
  const kept = reachOf(indexes, names);
  const texts = indexes.map(({ text }) =>
    text
      .split("\n\n")
      .filter((paragraph) => kept.has(/^Package: (\S+)/m.exec(paragraph)?.[1] ?? ""))
      .join("\n\n"),
  );
  const archive = path.join(folder, "archive");
  await mkdir(archive, { recursive: true });
  await writeFile(path.join(archive, "Packages"), `${texts.join("\n\n")}\n`, "latin1");
  const text = `deb [trusted=yes] file:${archive} ./\n`;
  return await openApt(folder, { name: "cut.list", text });
}

function reachOf(indexes: readonly IndexText[], names: readonly string[]): ReadonlySet<string> {
  const index = createPackageIndex(indexes);
  const reached = new Set(names);
  // What is added meanwhile is visited as well.
  for (const name of reached) {
    const relations = index.versions(name).flatMap(({ requires }) => requires);
    for (const { alternatives } of relations) {
      for (const wanted of alternatives)
        for (const each of [wanted.name, ...index.providers(wanted.name)]) reached.add(each);
    }
  }
  return reached;
}
