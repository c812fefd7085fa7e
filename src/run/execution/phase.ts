import type { Emit, RunEvent } from "./event.ts";

/** Told with how much is done and how much there is. */
export type OnProgress = (done: number, total: number) => void;

/** What a phase is told with. */
export interface Phase<Value> {
  /** Names the phase in events; no two that run at once have the same. */
  readonly phase: string;
  readonly title: string;
  /** What its progress counts; bytes by default. */
  readonly unit?: Extract<RunEvent, { readonly type: "phase-progress" }>["unit"];
  /** What came of it, in a few words; nothing by default. */
  readonly note?: (value: Value) => string;
}

/** Who is told of phases. */
interface Listener {
  readonly emit: Emit;
}

/**
 * Carry out work before a plan exists, or beside one, and tell of it as one phase. Work that fails
 * leaves the phase unfinished.
 */
export async function inPhase<Value>(
  { emit }: Listener,
  { phase, title, unit = "bytes", note = () => "" }: Phase<Value>,
  work: (onProgress: OnProgress) => Promise<Value>,
): Promise<Value> {
  emit({ type: "phase-started", phase, title });
  const value = await work((done, total) =>
    emit({ type: "phase-progress", phase, done, total, unit }),
  );
  emit({ type: "phase-finished", phase, note: note(value) });
  return value;
}

/** Tell of a stream's bytes as a phase while they go by. */
export async function* countedInPhase(
  { emit, signal }: Listener & { readonly signal: AbortSignal },
  {
    phase,
    title,
    total,
  }: { readonly phase: string; readonly title: string; readonly total: number },
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  emit({ type: "phase-started", phase, title });
  let done = 0;
  for await (const piece of content) {
    signal.throwIfAborted();
    done += piece.length;
    emit({ type: "phase-progress", phase, done, total, unit: "bytes" });
    yield piece;
  }
  emit({ type: "phase-finished", phase, note: "" });
}

/** Tells of work that names what it does next: each title is a phase, and ends the one before. */
export interface PhaseSequence {
  readonly onPhase: (title: string) => void;
  /** Progress of the phase that was named last, in bytes. */
  readonly onProgress: OnProgress;
  /** Ends the last phase. */
  readonly finish: (note: string) => void;
}

/** `prefix`: what the names of its phases begin with. */
export function phaseSequence({ emit }: Listener, prefix: string): PhaseSequence {
  let phase: string | undefined;
  const finish = (note: string): void => {
    if (phase !== undefined) emit({ type: "phase-finished", phase, note });
  };
  return {
    onPhase: (title) => {
      finish("");
      phase = `${prefix}:${title}`;
      emit({ type: "phase-started", phase, title });
    },
    onProgress: (done, total) => {
      if (phase !== undefined) emit({ type: "phase-progress", phase, done, total, unit: "bytes" });
    },
    finish,
  };
}
