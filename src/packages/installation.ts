import type { InstalledPackage } from "./unpacked.ts";

/**
 * What a family sees of an image while its packages are laid down, and what it adds. Paths have no
 * leading slash.
 */
export interface ImageView {
  /** Kind of what is at a path in any layer, links in folders followed. */
  kindOf(path: string): "file" | "directory" | "symlink" | "hardlink" | undefined;
  /** Content of a file in any layer as text; undefined when there is none. */
  readText(path: string): Promise<string | undefined>;
  /** Names directly in a folder, over all layers, sorted. */
  list(folder: string): readonly string[];
  addFile(path: string, content: string, mode?: number, owner?: { uid: number; gid: number }): void;
  addLink(path: string, target: string): void;
  addDirectory(path: string, mode: number, owner?: { uid: number; gid: number }): void;
}

export interface InstallRequest {
  /** In the order of the lock. */
  readonly packages: readonly InstalledPackage[];
  /** Whether no layer lies below. */
  readonly isFirst: boolean;
  /** The image for a step of the family, whose name is kept with what it adds. */
  readonly viewFor: (step: string) => ImageView;
  /** The place of a path when the folders on the way that are links are followed. */
  readonly resolve: (path: string) => string;
}

/** The packages of one layer on their way into it. Nothing of any package is run. */
export interface Installation {
  /** In the order in which their files are laid down. */
  readonly packages: readonly InstalledPackage[];
  /** Names of the packages of the layers below. */
  readonly below: ReadonlySet<string>;
  readonly accounts: AccountTemplates;
  /**
   * Where a file of a package goes, with the links on the way followed: another package may move it
   * out of its own way.
   */
  placeOf(path: string, owner: string): string;
  /**
   * Whether a package says that its files take the place of another one's; either may be of a layer
   * below.
   */
  replaces(name: string, other: string): boolean;
  /**
   * When files and accounts are there: add what the packages' scripts would make and is known, and
   * the package database.
   */
  finish(): Promise<void>;
  /** What the scripts would make as well, and what is not there when all is finished. */
  unreplayed(): readonly UnreplayedScripts[];
}

/** Where the accounts of a first layer come from. */
export interface AccountTemplates {
  /**
   * Paths of files like `/etc/passwd` and `/etc/group`, without a leading slash; taken where the
   * image has neither itself.
   */
  readonly passwd: string;
  readonly group: string;
  /** The group that may read the files of passwords. */
  readonly shadowGroup: number;
}

/** Effects of the scripts of a package that nobody replays. */
export interface UnreplayedScripts {
  readonly package: string;
  readonly effects: readonly UnreplayedEffect[];
}

export interface UnreplayedEffect {
  /**
   * `missing`: a program, a library, a configuration or data may lack; `cache`: something works
   * without, or more slowly.
   */
  readonly grade: "missing" | "cache";
  /** In words, such as `the link /usr/bin/vi`. */
  readonly text: string;
}
