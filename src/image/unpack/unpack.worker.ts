import { parentPort } from "node:worker_threads";
import { loadUnpack } from "../../packages/families.ts";
import { DamagedFile, type UnpackedPackage } from "../../packages/unpacked.ts";
import { sealSpool } from "./kept-packages.ts";
import type { UnpackAnswer, UnpackTask } from "./unpack-pool.ts";

/**
 * A worker thread that takes packages apart: decompressing is most of a cold build's time, and
 * needs nothing shared.
 */
parentPort?.on("message", (task: UnpackTask) => {
  void answerTo(task).then((answer) => parentPort?.postMessage(answer));
});

async function answerTo({ os, ...request }: UnpackTask): Promise<UnpackAnswer> {
  try {
    const unpack = await loadUnpack(os);
    const value = await unpack(request);
    seal(request.spool, value);
    return { ok: true, value };
  } catch (error) {
    return {
      ok: false,
      message: error instanceof Error ? error.message : String(error),
      damaged: error instanceof DamagedFile,
      // A decompressor's errors have codes as well; only a failed system call is the disk's fault.
      ...(error instanceof Error && "syscall" in error && "code" in error
        ? { code: String(error.code) }
        : {}),
    };
  }
}

/**
 * Only saves time: a spool that cannot be sealed, as on a full disk, serves this once and is thrown
 * away when it is found again.
 */
function seal(spool: string, value: UnpackedPackage): void {
  try {
    sealSpool(spool, value);
  } catch {
    // The contents are there; who lacks space for the layer says so.
  }
}
