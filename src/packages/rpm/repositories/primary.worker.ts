import { parentPort } from "node:worker_threads";
import { type PrimaryTask, writePrimary } from "./write-primary.ts";
import type { PrimaryAnswer } from "./primary-thread.ts";

/** A worker thread that reads one list of packages, writes its tables and ends. */
parentPort?.once("message", (task: PrimaryTask) => {
  void answerTo(task).then((answer) => parentPort?.postMessage(answer));
});

async function answerTo(task: PrimaryTask): Promise<PrimaryAnswer> {
  try {
    await writePrimary(task, new AbortController().signal);
    return { ok: true };
  } catch (error) {
    if (!(error instanceof Error)) return { ok: false, message: String(error) };
    const { message } = error;
    // An error that is sent loses its own fields: those of a failed system call matter.
    const facts = ["code", "syscall", "path"].map((name) => [name, Reflect.get(error, name)]);
    return { ok: false, message, facts: "syscall" in error ? Object.fromEntries(facts) : {} };
  }
}
