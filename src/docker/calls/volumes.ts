import * as z from "zod/mini";
import type { EngineClient } from "../connection/client.ts";
import type { Engine } from "../engine.ts";
import { engineStatus } from "../errors.ts";
import { parseForeign } from "../foreign.ts";

type VolumeCalls = Pick<Engine, "createVolume" | "removeVolume" | "volumeUsers">;

const usersSchema = z.array(
  z.object({
    Id: z.string(),
    Names: z.nullish(z.array(z.string())),
    Labels: z.nullish(z.record(z.string(), z.string())),
    Mounts: z.nullish(
      z.array(z.object({ Type: z.optional(z.string()), Name: z.optional(z.string()) })),
    ),
  }),
);

/** The calls about volumes. */
export function volumeCalls(client: EngineClient): VolumeCalls {
  return {
    async createVolume(name, labels, signal) {
      await client.change(
        { operation: `create volume ${name}`, signal },
        (dockerode, abortSignal) =>
          dockerode.createVolume({
            Name: name,
            Driver: "local",
            Labels: Object.fromEntries(labels),
            abortSignal,
          }),
      );
    },
    async removeVolume(name, signal) {
      try {
        await client.change(
          { operation: `remove volume ${name}`, signal },
          (dockerode, abortSignal) => dockerode.getVolume(name).remove({ abortSignal }),
        );
      } catch (error) {
        if (engineStatus(error) !== 404) throw error;
      }
    },
    async volumeUsers(name, signal) {
      const operation = `list the users of volume ${name}`;
      const query = { all: "1", filters: JSON.stringify({ volume: [name] }) };
      const listed = parseForeign(
        usersSchema,
        await client.http.get({ path: "/containers/json", query, operation, signal }),
        operation,
      );
      // The filter also matches a mount's destination.
      const users = listed.filter(({ Mounts }) =>
        (Mounts ?? []).some((mount) => mount.Name === name),
      );
      return users.map(({ Id, Names, Labels }) => ({
        id: Id,
        name: (Names?.[0] ?? "").replace(/^\//u, ""),
        labels: new Map(Object.entries(Labels ?? {})),
      }));
    },
  };
}
