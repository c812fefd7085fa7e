import path from "node:path";
import { execa } from "execa";
import { z } from "zod";

/** Repositories, and the sets of names that are to be installed from them. */
export interface DnfRequest {
  readonly folders: readonly string[];
  readonly modules: readonly string[];
  readonly sets: readonly (readonly string[])[];
}

const answersSchema = z.array(
  z.union([
    z.object({ packages: z.array(z.string()) }),
    z.object({ error: z.string() }).transform(({ error }) => ({ error })),
  ]),
);

/** `name-[epoch:]version-release.architecture` of each package, or why there is no such set. */
export type DnfAnswer = z.infer<typeof answersSchema>[number];

/**
 * What dnf installs into an empty root without weak dependencies, for each set of each request.
 * Needs Debian's `dnf` package, whose Python it runs. Throws when that is not there.
 */
export async function askDnf(
  requests: readonly DnfRequest[],
): Promise<readonly (readonly DnfAnswer[])[]> {
  const program = path.join(import.meta.dirname, "resolve.py");
  const { stdout } = await execa("/usr/bin/python3", [program], {
    input: requests.map((request) => JSON.stringify(request)).join("\n"),
  });
  return stdout.split("\n").map((line) => answersSchema.parse(JSON.parse(line)));
}
