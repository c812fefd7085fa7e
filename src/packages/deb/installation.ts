import type { ImageView, Installation, InstallRequest } from "../installation.ts";
import type { InstalledPackage } from "../unpacked.ts";
import { addDatabase, readDatabase } from "./database.ts";
import { Diversions } from "./diverted.ts";
import { replayAlternatives } from "./finish/script-alternatives.ts";
import { finishSteps } from "./finish/steps.ts";
import { toInstalledDeb } from "./installed.ts";
import { type FileOwner, replaces } from "./replaces.ts";
import { unreplayedScripts } from "./unreplayed.ts";

/**
 * The top folders that Debian has merged into /usr; packages still ship files under the old names.
 */
const MERGED = ["bin", "sbin", "lib", "lib64"];

/**
 * The package that owns the skeleton of folders, and whose script turns some of them into links.
 */
const SKELETON = "base-files";

/** base-passwd's templates, and Debian's number of the group `shadow`. */
const accounts: Installation["accounts"] = {
  passwd: "usr/share/base-passwd/passwd.master",
  group: "usr/share/base-passwd/group.master",
  shadowGroup: 42,
};

/** Lay down what packages' files rely on, and answer for their packages from then on. */
export async function beginInstallation(request: InstallRequest): Promise<Installation> {
  const { packages, isFirst, viewFor, resolve } = request;
  const installed = packages.map(toInstalledDeb);
  if (isFirst && installed.length > 0) addMergedFolders(viewFor("usr-merge"));
  const below = await readDatabase(viewFor("dpkg"));
  if (installed.some(({ name }) => name === SKELETON)) addRunFolders(viewFor(SKELETON));
  const diversions = new Diversions(installed, resolve);
  const owners = new Map<string, FileOwner>([
    ...below,
    ...installed.map((item) => [item.name, item] as const),
  ]);
  return {
    packages: skeletonFirst(packages),
    below: new Set(below.keys()),
    accounts,
    placeOf: (path, owner) => diversions.placeOf(path, owner),
    replaces(name, other) {
      const [one, two] = [owners.get(name), owners.get(other)];
      return one !== undefined && two !== undefined && replaces(one, two);
    },
    async finish() {
      for (const step of finishSteps) {
        // What a parent's packages needed is done, and may have been changed by its files since.
        if (installed.some(({ name }) => step.packages.includes(name)))
          await step.apply(viewFor(step.name));
      }
      replayAlternatives(installed, viewFor("alternatives"));
      await addDatabase(viewFor("dpkg"), installed, diversions.toDatabase());
    },
    unreplayed() {
      const view = viewFor("scripts");
      return unreplayedScripts(installed, (path) => view.kindOf(path) !== undefined);
    },
  };
}

function addMergedFolders(view: ImageView): void {
  for (const name of MERGED) {
    view.addDirectory(`usr/${name}`, 0o755);
    view.addLink(name, `usr/${name}`);
  }
}

/**
 * base-files' script turns these folders into links; done before any package puts something below
 * them.
 */
function addRunFolders(view: ImageView): void {
  view.addDirectory("run/lock", 0o1777);
  view.addLink("var/run", "/run");
  view.addLink("var/lock", "/run/lock");
}

/**
 * After the skeleton's owner the order of names, so that the result does not depend on anything
 * else.
 */
function skeletonFirst(packages: readonly InstalledPackage[]): readonly InstalledPackage[] {
  return packages.toSorted((a, b) => Number(b.name === SKELETON) - Number(a.name === SKELETON));
}
