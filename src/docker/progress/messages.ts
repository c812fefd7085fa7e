import * as z from "zod/mini";
import type { ErrorCode } from "../../error.ts";
import { failureInWords } from "../errors.ts";
import { decodeTrace } from "./buildkit-trace.ts";
import { decodeJsonLines } from "./json-lines.ts";
import { TraceText } from "./trace-text.ts";

/**
 * A message of a build, load or pull stream of either builder; keys that qclock does not read are
 * let through.
 */
const messageSchema = z.object({
  stream: z.optional(z.string()),
  status: z.optional(z.string()),
  progress: z.optional(z.string()),
  id: z.optional(z.string()),
  aux: z.optional(z.unknown()),
  error: z.optional(z.string()),
  errorDetail: z.optional(
    z.object({ message: z.optional(z.string()), code: z.optional(z.number()) }),
  ),
});

const imageIdSchema = z.object({ ID: z.string().check(z.minLength(1)) });

/** What a stream said once it has ended without an error. */
export interface ProgressResult {
  /** The image that a build made. Absent: the stream named none. */
  readonly imageId?: string;
}

export interface ProgressOptions {
  /** Continues "could not": `build image app`. */
  readonly operation: string;
  readonly url: string;
  readonly code: ErrorCode;
  readonly onOutput: (line: string) => void;
}

/**
 * Read a progress stream to its end. The Engine answers 200 before the work begins and reports
 * failure as a message inside the stream, so that a stream that ends is not yet a success: an error
 * message throws, and the caller looks for the result that it was promised.
 */
export async function readMessages(
  input: AsyncIterable<Uint8Array>,
  options: ProgressOptions,
): Promise<ProgressResult> {
  const output = new Output(options.onOutput);
  let imageId: string | undefined;
  for await (const value of decodeJsonLines(input)) {
    const parsed = messageSchema.safeParse(value);
    if (!parsed.success) continue;
    const message = parsed.data;
    const failure = message.errorDetail?.message ?? message.error;
    if (failure !== undefined) {
      output.flush();
      throw failureInWords(options, failure);
    }
    output.add(message);
    imageId = idOf(message) ?? imageId;
  }
  output.flush();
  return imageId === undefined ? {} : { imageId };
}

type Message = z.infer<typeof messageSchema>;

/** The classic builder sends `{aux: {ID}}`, BuildKit the same under an id of its own. */
function idOf({ id, aux }: Message): string | undefined {
  if (id !== undefined && id !== "moby.image.id") return undefined;
  return imageIdSchema.safeParse(aux).data?.ID;
}

/** The stream's text as whole lines, whichever builder wrote it. */
class Output {
  readonly #onOutput: (line: string) => void;
  readonly #trace = new TraceText();
  #rest = "";

  constructor(onOutput: (line: string) => void) {
    this.#onOutput = onOutput;
  }

  add({ stream, status, progress, id, aux }: Message): void {
    if (stream !== undefined) this.#addText(stream);
    // Progress bars repeat many times a second; the words around them do not.
    if (status !== undefined && progress === undefined)
      this.#emit(id === undefined ? status : `${id}: ${status}`);
    if (id === "moby.buildkit.trace" && typeof aux === "string") this.#addTrace(aux);
  }

  flush(): void {
    if (this.#rest !== "") this.#emit(this.#rest);
    this.#rest = "";
  }

  #addText(text: string): void {
    const lines = (this.#rest + text).split(/\r?\n/u);
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#emit(line);
  }

  #addTrace(aux: string): void {
    try {
      for (const line of this.#trace.add(decodeTrace(Buffer.from(aux, "base64")))) this.#emit(line);
    } catch (error) {
      // A trace is text for the reader; the result and the failure come in messages of their own.
      if (!(error instanceof RangeError)) throw error;
    }
  }

  #emit(line: string): void {
    if (line.trim() === "") return;
    this.#onOutput(line);
  }
}
