/** Label of every worker, with the name of its stack. By it the broker finds those left over. */
export const workerLabel = "qrcode.worker";

const memoryBytes = 128 * 1024 * 1024;

/**
 * The whole body of `POST /containers/create`. Nothing of a client enters it: a job's text goes to
 * the worker's standard input, and its picture comes from the standard output.
 *
 * @param {{ imageId: string, stack: string }} worker
 */
export function workerBody({ imageId, stack }) {
  return {
    // By its id, so that no tag decides which program runs.
    Image: imageId,
    User: "10030:10030",
    Labels: { [workerLabel]: stack },
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    OpenStdin: true,
    // With the broker the input goes away, and the worker ends.
    StdinOnce: true,
    Tty: false,
    NetworkDisabled: true,
    HostConfig: {
      // The Engine removes it at its end, also when no broker is there any more to do so.
      AutoRemove: true,
      NetworkMode: "none",
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      Memory: memoryBytes,
      // Equal to the memory: no swap.
      MemorySwap: memoryBytes,
      NanoCpus: 1_000_000_000,
      PidsLimit: 16,
      Ulimits: [
        { Name: "core", Soft: 0, Hard: 0 },
        { Name: "nofile", Soft: 64, Hard: 64 },
      ],
      // Neither texts nor pictures are kept anywhere.
      LogConfig: { Type: "none", Config: {} },
      RestartPolicy: { Name: "no" },
    },
  };
}
