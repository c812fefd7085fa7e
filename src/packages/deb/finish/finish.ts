/** The part of a layer draft that a finish step reads and writes. Paths have no leading slash. */
export interface FinishTarget {
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

/**
 * The known effect of maintainer scripts, replayed as data. A step looks at what the image holds, adds
 * what the scripts would have made, and runs nothing.
 */
export interface FinishStep {
  readonly name: string;
  /** Packages whose scripts the step stands for. */
  readonly packages: readonly string[];
  apply(target: FinishTarget): Promise<void>;
}
