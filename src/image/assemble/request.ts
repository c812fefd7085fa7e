import type { ScriptTime } from "../../packages/installation.ts";
import type { ImagePython } from "../../packages/image-python.ts";
import type { LockedImage, LockTarget } from "../../packages/package.ts";
import type { AssembledImage } from "../../stack/stack.ts";
import type { Digest } from "../../digest.ts";
import type { Store } from "../../store/store.ts";
import type { BuiltImage } from "../built-image.ts";
import type { FileScan } from "../files/files.ts";
import type { RecalledLayers } from "../layers/layer-cache.ts";
import type { RunScripts } from "../layers/run-layer.ts";
import type { NoticeLevel } from "../left-scripts.ts";
import type { StartedProgram } from "../started-programs.ts";
import type { StartedUser } from "../started-users.ts";
import type { UnpackedPackages } from "../unpack/unpack-packages.ts";

/** An image to make, and what making it needs. */
export interface AssembleRequest {
  readonly image: AssembledImage;
  readonly parent: BuiltImage | undefined;
  readonly locked: LockedImage;
  readonly target: LockTarget;
  readonly scan: FileScan;
  readonly fingerprint: Digest;
  readonly stackName: string;
  /** Programs that services start in its containers. */
  readonly started: readonly StartedProgram[];
  /** Whom services run as in its containers. */
  readonly users: readonly StartedUser[];
  /**
   * The image's packages, taken apart. Called when the layer is not remembered; what it gives is
   * disposed of here. `anew` when what it gave before was damaged.
   */
  readonly unpack: (anew: boolean) => Promise<UnpackedPackages>;
  /** Runs scripts that have to be run, in images that say so. */
  readonly runScripts: RunScripts;
  /** Path of an artifact or a wheel in the store, fetched when it is not there yet. */
  readonly filePath: (digest: Digest) => Promise<string>;
  /** The Python that the image's wheels are for; called when their layer is made. */
  readonly python: () => Promise<ImagePython | undefined>;
  readonly store: Store;
  /** Absent: nothing was recalled yet. */
  readonly recalled?: RecalledLayers;
  /** Takes what nobody needs to wait for in this run; absent: it is waited for. */
  readonly afterwards?: (work: Promise<void>) => void;
  readonly onNotice: (message: string, level: NoticeLevel) => void;
  /** Called after each script of a package that was interpreted. */
  readonly onScript?: (script: ScriptTime) => void;
  readonly signal: AbortSignal;
}
