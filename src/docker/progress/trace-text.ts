import type { Trace, Vertex } from "./buildkit-trace.ts";

/**
 * Turns BuildKit's traces into the lines that a reader of a build expects: each step's name once,
 * its output, how it ended.
 */
export class TraceText {
  readonly #steps = new Map<string, Step>();

  /** Lines that one more trace adds. */
  add(trace: Trace): readonly string[] {
    const lines: string[] = [];
    for (const vertex of trace.vertexes) lines.push(...this.#report(vertex));
    for (const { vertex, bytes } of trace.logs) {
      const step = this.#stepOf(vertex);
      const parts = (step.rest + step.decoder.decode(bytes, { stream: true })).split(/\r?\n/u);
      step.rest = parts.pop() ?? "";
      lines.push(...parts.map((part) => `#${step.number} ${part}`));
    }
    for (const warning of trace.warnings) lines.push(`warning: ${warning}`);
    return lines;
  }

  #report(vertex: Vertex): readonly string[] {
    const step = this.#stepOf(vertex.digest);
    const lines: string[] = [];
    // Traces repeat: each fact is told when it is first seen.
    if (!step.named && vertex.name !== "" && (vertex.started || vertex.cached)) {
      step.named = true;
      lines.push(`#${step.number} ${vertex.name}${vertex.cached ? " (cached)" : ""}`);
    }
    if (vertex.completed && !step.ended) {
      step.ended = true;
      if (step.rest !== "") lines.push(`#${step.number} ${step.rest}`);
      step.rest = "";
    }
    // Steps beside a failed one are called off; that is not their failure.
    if (vertex.error !== "" && !vertex.error.includes("context canceled") && !step.failed) {
      step.failed = true;
      lines.push(`#${step.number} error: ${vertex.error}`);
    }
    return lines;
  }

  #stepOf(digest: string): Step {
    const known = this.#steps.get(digest);
    if (known !== undefined) return known;
    const step = {
      number: this.#steps.size + 1,
      decoder: new TextDecoder(),
      rest: "",
      named: false,
      ended: false,
      failed: false,
    };
    this.#steps.set(digest, step);
    return step;
  }
}

interface Step {
  readonly number: number;
  readonly decoder: InstanceType<typeof TextDecoder>;
  rest: string;
  named: boolean;
  ended: boolean;
  failed: boolean;
}
