import * as z from "zod";

const counts = z.record(z.string(), z.number().int().positive());

const resultSchema = z.strictObject({
  /** Below the repository. */
  file: z.string(),
  exitCode: z.number().int(),
  services: z.number().int().nonnegative(),
  /** How often something was left out, by what it is. */
  lost: counts,
  /** How often something is said in another way, by what it is. */
  changed: counts,
  /** What `qclock validate` says of the manifest, or the import of the file. */
  problems: z.array(z.string()),
});

const resultsSchema = z.array(
  z.strictObject({
    /** As `owner/name`. */
    repository: z.string(),
    licence: z.string(),
    commit: z.string(),
    files: z.array(resultSchema),
  }),
);

/** What became of one compose file. */
export type ComposeResult = z.infer<typeof resultSchema>;

/** What became of the compose files of some repositories. */
export type ComposeResults = z.infer<typeof resultsSchema>;

/** Read the kept results. */
export function parseComposeResults(text: string): ComposeResults {
  return resultsSchema.parse(JSON.parse(text));
}
