import { parseRecord } from "../../../src/image/wheels/record.ts";
import type { TreeFile } from "./read-tree.ts";

/** How many files are equal, and why the others are not. */
export interface TreeVerdict {
  readonly equal: number;
  /** Files by the reason why they differ. */
  readonly explained: ReadonlyMap<string, readonly string[]>;
  /** Paths, each with what is not as it is with pip. */
  readonly unexplained: readonly string[];
}

type Tree = ReadonlyMap<string, TreeFile>;

/** What pip and qclock made of the same wheels, file by file. */
export async function compareTrees(pip: Tree, qclock: Tree): Promise<TreeVerdict> {
  let equal = 0;
  const explained = new Map<string, string[]>();
  const unexplained: string[] = [];
  const explain = (reason: string, file: string): void => {
    explained.set(reason, [...(explained.get(reason) ?? []), file]);
  };
  for (const file of new Set([...pip.keys(), ...qclock.keys()])) {
    const [theirs, ours] = [pip.get(file), qclock.get(file)];
    if (theirs === undefined || ours === undefined) {
      const reason = theirs === undefined ? onlyInQclock(file) : undefined;
      if (reason === undefined) {
        unexplained.push(`${file}: ${theirs === undefined ? "not with pip" : "with pip alone"}`);
      } else explain(reason, file);
    } else if (theirs.sha256 === ours.sha256) {
      if (theirs.isExecutable === ours.isExecutable) equal++;
      else unexplained.push(`${file}: ${theirs.isExecutable ? "" : "not "}executable with pip`);
    } else {
      const reason = await whyOther(file, { theirs, ours });
      if (reason === undefined) unexplained.push(`${file}: other content`);
      else explain(reason, file);
    }
  }
  return { equal, explained, unexplained };
}

/** `--target` moves modules, programs and data alone. */
function onlyInQclock(file: string): string | undefined {
  return file.startsWith("include/") ? "headers, which pip --target leaves out" : undefined;
}

async function whyOther(
  file: string,
  { theirs, ours }: { readonly theirs: TreeFile; readonly ours: TreeFile },
): Promise<string | undefined> {
  if (file.endsWith(".dist-info/INSTALLER")) return "INSTALLER names who installed";
  const [one, other] = [await theirs.text(), await ours.text()];
  if (file.endsWith(".dist-info/RECORD")) {
    return sameRecord(one, other) ? "RECORD lists the files of this table" : undefined;
  }
  if (!file.startsWith("bin/")) return undefined;
  const [called, calledToo] = [programOf(one), programOf(other)];
  if (called !== undefined && called === calledToo)
    return "programs of entry points are written anew";
  const rest = (text: string): string => text.slice(text.indexOf("\n"));
  return rest(one) === rest(other) ? "scripts name the Python that starts them" : undefined;
}

/** The function that the program of an entry point calls. */
function programOf(text: string): string | undefined {
  const [, module, name] = /^from (\S+) import (\S+)$/m.exec(text) ?? [];
  const [, called] = /sys\.exit\(([\w.]+)\(\)\)/.exec(text) ?? [];
  return module === undefined || called === undefined ? undefined : `${module}:${name} ${called}`;
}

/** Whether two RECORDs list the same paths, and the same hashes of all that is equal. */
function sameRecord(one: string, other: string): boolean {
  const [theirs, ours] = [rowsOf(one), rowsOf(other)];
  return (
    theirs.size === ours.size &&
    [...theirs].every(([file, hash]) => ours.get(file) === hash || mayDiffer(file))
  );
}

function rowsOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    parseRecord(text).map(({ path, hash, size }) => [
      // pip writes where files were before --target moved them.
      path.replace(/^(?:\.\.\/)+/, "/"),
      `${hash},${size}`,
    ]),
  );
}

function mayDiffer(file: string): boolean {
  return file.startsWith("/bin/") || file.endsWith(".dist-info/INSTALLER");
}
