import { parentPort } from "node:worker_threads";
import { unpackPackage, type UnpackRequest } from "../packages/deb/unpack.ts";

/** A worker thread that takes packages apart: decompressing is most of a cold build's time, and needs nothing shared. */
parentPort?.on("message", (request: UnpackRequest) => {
  unpackPackage(request).then(
    (value) => parentPort?.postMessage({ ok: true, value }),
    (error: unknown) =>
      parentPort?.postMessage({
        ok: false,
        message: error instanceof Error ? error.message : String(error),
        // A decompressor's errors have codes as well; only a failed system call is the disk's fault.
        code:
          error instanceof Error && "syscall" in error && "code" in error
            ? String(error.code)
            : undefined,
      }),
  );
});
