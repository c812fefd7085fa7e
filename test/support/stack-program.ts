import { writeFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import { engineApi } from "./engine-api.ts";
import type { Rig } from "./rig.ts";

/** A program of a stack, started alone. */
export interface StackProgram {
  /** An image of the stack, which is built. */
  readonly image: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Texts below /run/secrets, by name. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly tmpfs: readonly string[];
}

const createdSchema = z.object({ Id: z.string() });

/**
 * Start the program of an image on the host's network, so that it reaches a server of the test, and
 * read-only as the stack has it. It is removed with what else the rig's stack left. Resolves with
 * the container's id.
 */
export async function startProgram(rig: Rig, program: StackProgram): Promise<string> {
  const binds: string[] = [];
  for (const [name, text] of Object.entries(program.secrets ?? {})) {
    const file = path.join(rig.directory, `.secret-${program.image}-${name}`);
    await writeFile(file, text, { mode: 0o644 });
    binds.push(`${file}:/run/secrets/${name}:ro`);
  }
  const created = await engineApi("POST", "/containers/create", {
    Image: `qclock.invalid/${rig.stack}/${program.image}:latest`,
    Env: Object.entries(program.environment).map(([name, value]) => `${name}=${value}`),
    Labels: { "dev.qclock.stack": rig.stack },
    HostConfig: {
      NetworkMode: "host",
      ReadonlyRootfs: true,
      Binds: binds,
      Tmpfs: Object.fromEntries(program.tmpfs.map((target) => [target, "mode=1777"])),
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges"],
      Init: true,
    },
    // One stream, so that its log is text and not frames.
    Tty: true,
  });
  const { Id: id } = createdSchema.parse(created);
  await engineApi("POST", `/containers/${id}/start`);
  return id;
}
