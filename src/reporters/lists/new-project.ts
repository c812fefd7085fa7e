import { countOf } from "../../count.ts";
import { visible } from "../../visible.ts";
import type { Style } from "../format/style.ts";

/** A project that `init` has written. */
export interface NewProject {
  readonly name: string;
  readonly template: { readonly name: string };
  readonly database: string;
  /** Its folder as it is shown. */
  readonly shown: string;
  /** Whether the user is in it already. */
  readonly isHere: boolean;
  /** Relative to the folder. */
  readonly written: readonly string[];
  readonly kept: readonly string[];
  /** Options that nobody gave, with the values that were taken. */
  readonly assumed: readonly string[];
}

/** What `init` prints: what it wrote, and what to do now. */
export function formatNewProject(
  project: NewProject,
  style: Style,
): { readonly written: string; readonly next: string } {
  const { name, template, database, shown, isHere, written, kept, assumed } = project;
  const withDatabase = database === "none" ? "" : `, with ${database}`;
  const place = isHere ? "here" : visible(shown);
  const notes = [
    ...(assumed.length === 0 ? [] : [`taken, since nobody said otherwise: ${assumed.join(", ")}`]),
    ...(kept.length === 0 ? [] : [`left as it was: ${kept.map(visible).join(", ")}`]),
    ...(kept.includes(".gitignore") ? ["let .gitignore name .env, which may hold secrets"] : []),
  ];
  return {
    written: [
      `${style.success("✔")} ${style.strong(name)}, from the template ${template.name}${withDatabase}, written ${isHere ? place : `to ${place}`}`,
      ...entriesOf(written).map((entry) => `  ${entry}`),
    ].join("\n"),
    next: [
      ...notes.map((note) => style.faint(note)),
      "",
      "next:",
      // What a terminal would obey, and not show, is not printed to be copied either.
      ...(isHere || visible(shown) !== shown ? [] : [`  cd ${quoted(shown)}`]),
      `  qclock up       ${style.faint("# builds what is missing, starts it, and waits until every probe answers")}`,
      `  qclock verify   ${style.faint("# proves it: probes, hardening, what is in the images")}`,
    ].join("\n"),
  };
}

/** Files of the folder itself by their names, the others by their folder and number. */
function entriesOf(paths: readonly string[]): readonly string[] {
  const folders = Map.groupBy(paths, (each) => each.split("/")[0] ?? "");
  return [...folders].map(([top, files]) => {
    const [only = top] = files;
    return files.length === 1 ? only : `${top}/  ${countOf(files.length, "file")}`;
  });
}

/** A path as a shell takes it for one word that is no option. */
function quoted(file: string): string {
  const word = file.startsWith("-") ? `./${file}` : file;
  return /^[\w./+@%:,=-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
