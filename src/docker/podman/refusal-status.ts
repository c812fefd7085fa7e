import * as z from "zod/mini";

const refusalSchema = z.object({ cause: z.string() });

/** Causes that podman refuses with 500, and the status that an Engine gives for them. */
const statuses: readonly (readonly [cause: RegExp, status: number])[] = [
  [/^that name is already in use$|^(?:container|pod) already exists$/u, 409],
  // Such as a signal for a container that does not run.
  [/^container state improper$/u, 409],
];

/**
 * The status of a refusal as an Engine would give it. podman adds the `cause` to its message, one
 * of a few fixed texts, and before version 5 gives 500 for many. Source: podman 4.3.1,
 * libpod/define/errors.go.
 */
export function refusalStatus(body: string, status: number): number {
  if (status !== 500) return status;
  try {
    const { cause } = refusalSchema.parse(JSON.parse(body));
    return statuses.find(([known]) => known.test(cause))?.[1] ?? status;
  } catch {
    // Not podman's words.
    return status;
  }
}
