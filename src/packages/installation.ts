import type { Architecture } from "../os.ts";
import type { ScriptsMode } from "../stack/stack.ts";
import type { JournaledRoot } from "./scripts/root.ts";
import type { LeftEffect } from "./scripts/undone/left-effect.ts";
import type { InstalledPackage } from "./unpacked.ts";

/** Who changes an image beside the packages' own files; kept with what is changed. */
export type Changer =
  /** A step of the family that stands for what its tools would have done. */
  | { readonly type: "step"; readonly step: string }
  | { readonly type: "script"; readonly package: string };

export interface InstallRequest {
  /** In the order of the lock. */
  readonly packages: readonly InstalledPackage[];
  /** Whether no layer lies below. */
  readonly isFirst: boolean;
  readonly architecture: Architecture;
  /** The image: the layers below, and what is put over them. */
  readonly root: JournaledRoot;
  /** Where a path is when folders on the way that are links are followed; no leading slash. */
  readonly resolve: (path: string) => string;
  readonly scripts: ScriptsMode;
  /** What the manifest answers to questions of packages, by the questions' names. */
  readonly answers: ReadonlyMap<string, string>;
  /** The time of what is made, in seconds since 1970. */
  readonly now: number;
  /** Put the files of a package into the root. Throws `file-conflict`. */
  readonly place: (item: Pick<InstalledPackage, "name" | "entries">, rules: PlacementRules) => void;
  /** Write the account files. Called once, when the files that they are made from are there. */
  readonly addAccounts: (templates: AccountTemplates) => void;
  /** Called after each script: how long it took. */
  readonly onScript?: (script: ScriptTime) => void;
  readonly signal: AbortSignal;
}

/** How the files of a package come beside those of others. */
export interface PlacementRules {
  /**
   * Where a file goes that another package has moved out of its own way, without a leading slash;
   * undefined for every other one. The path is resolved.
   */
  readonly divertedTo: (path: string, owner: string) => string | undefined;
  /**
   * Whether a package says that its files take the place of another one's; either may be of a layer
   * below.
   */
  readonly replaces: (name: string, other: string) => boolean;
}

/** Where the accounts of a first layer come from. */
export interface AccountTemplates {
  /**
   * Paths of files like `/etc/passwd` and `/etc/group`, without a leading slash; taken where the
   * image has neither itself.
   */
  readonly passwd: string;
  readonly group: string;
  /** What such files would say, where they are not there either. */
  readonly usual?: { readonly passwd: string; readonly group: string };
  /** The group of the files of passwords. */
  readonly shadowGroup: number;
  /** The mode of those files; 0o640 when absent, so that the group may read them. */
  readonly shadowMode?: number;
}

export interface ScriptTime {
  readonly package: string;
  /** Such as `postinst` or `%post`. */
  readonly script: string;
  readonly durationMs: number;
  /** Of work; the same in every build. */
  readonly steps: number;
}

/**
 * A script of a package that does not count, because it did not run to its end. Its texts are safe
 * to show.
 */
export interface LeftScript {
  readonly package: string;
  /** Such as `postinst` or `%post`. */
  readonly script: string;
  /**
   * The line at which it was stopped, where it was stopped; with `script` where that is another
   * script, which it called or read.
   */
  readonly place?: { readonly script?: string; readonly line: number };
  /** Continues `… was undone:`, such as `it needs the command "openssl"`. */
  readonly reason: string;
  /** What it would have made, as far as that can be told. */
  readonly effects: readonly LeftEffect[];
  /** How to run it; absent: it is not run by itself. */
  readonly call?: ScriptCall;
  /** Why it cannot be run: continues `… cannot be run in a container:`. */
  readonly notRun?: string;
}

/** How a package manager runs a script of an image. */
export interface ScriptCall {
  /** Absolute path of the script in the image. */
  readonly path: string;
  readonly args: readonly string[];
  /** Its variables; it has no others. */
  readonly environment: Readonly<Record<string, string>>;
}
