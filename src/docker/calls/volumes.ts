import type { EngineClient } from "../connection/client.ts";
import type { Engine } from "../engine.ts";
import { engineStatus } from "../errors.ts";

type VolumeCalls = Pick<Engine, "createVolume" | "removeVolume">;

/** The calls about volumes. */
export function volumeCalls(client: EngineClient): VolumeCalls {
  return {
    async createVolume(name, labels, signal) {
      const recorded = await client.recorded({ kind: "volume", name, labels, signal });
      await client.send({
        method: "POST",
        path: "/volumes/create",
        json: { Name: name, Driver: "local", Labels: Object.fromEntries(recorded) },
        operation: `create volume ${name}`,
        signal,
      });
    },
    async removeVolume(name, signal) {
      try {
        await client.send({
          method: "DELETE",
          path: `/volumes/${encodeURIComponent(name)}`,
          operation: `remove volume ${name}`,
          signal,
        });
      } catch (error) {
        if (engineStatus(error) !== 404) throw error;
      }
    },
  };
}
