import { z } from "zod";

/** Whole seconds and hundredths, from the start of a command to its end. */
const seconds = z.number().nonnegative();

const imageShape = z.object({
  /** Its size in the Engine: all its layers, unpacked. */
  unpackedBytes: z.int(),
  /** What a registry would hold of it: all its layers, compressed by gzip. */
  compressedBytes: z.int(),
});

const resultShape = z.object({
  /** What was measured, where the name alone does not say it. */
  note: z.string().optional(),
  /** What it was measured on, since figures of other machines cannot be compared. */
  machine: z.object({
    /** The day, as 2026-11-29. */
    date: z.string(),
    cores: z.int(),
    /** The load average of the last minute when the first command started: 0 is an idle machine. */
    load: z.number(),
    engine: z.string(),
  }),
  /** `build` with no image in the Engine and an empty store: packages are fetched. */
  coldBuild: seconds,
  /** `build` with no image in the Engine, and of the store nothing but what was downloaded. */
  buildAtHand: seconds,
  /** `build` with nothing to do; the middle one of three. */
  noopBuild: seconds,
  /** `up` with the images there, without data: until every probe answers. */
  firstUp: seconds,
  /** `up` after `down`, with the data of the first time. */
  againUp: seconds,
  images: z.record(z.string(), imageShape),
  verify: z.object({
    passed: z.int(),
    /** Checks that failed and do not block, by their ids. */
    failed: z.array(z.string()).readonly(),
    skipped: z.int(),
    /** Departures with a reason. */
    allowed: z
      .array(z.object({ check: z.string(), subject: z.string(), reason: z.string() }))
      .readonly(),
  }),
});

/** What was measured of one stack. */
export type StackResult = Readonly<z.infer<typeof resultShape>>;

/** The last measurement of each stack, by name. */
export type StackResults = Readonly<Record<string, StackResult>>;

/** Read the results that a run has kept. Throws when the text is something else. */
export function parseStackResults(text: string): StackResults {
  const value: unknown = JSON.parse(text);
  return z.record(z.string(), resultShape).parse(value);
}
