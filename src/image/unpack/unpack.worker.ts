import { parentPort } from "node:worker_threads";
import { DamagedFile, unpackPackage, type UnpackRequest } from "../../packages/deb/unpack.ts";
import type { UnpackAnswer } from "./unpack-pool.ts";

/** A worker thread that takes packages apart: decompressing is most of a cold build's time, and needs nothing shared. */
parentPort?.on("message", (request: UnpackRequest) => {
  unpackPackage(request).then(
    (value) => answer({ ok: true, value }),
    (error: unknown) =>
      answer({
        ok: false,
        message: error instanceof Error ? error.message : String(error),
        damaged: error instanceof DamagedFile,
        // A decompressor's errors have codes as well; only a failed system call is the disk's fault.
        ...(error instanceof Error && "syscall" in error && "code" in error
          ? { code: String(error.code) }
          : {}),
      }),
  );
});

function answer(message: UnpackAnswer): void {
  parentPort?.postMessage(message);
}
