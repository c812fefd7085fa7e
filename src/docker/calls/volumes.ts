import type { EngineClient } from "../connection/client.ts";
import type { Engine } from "../engine.ts";
import { engineStatus } from "../errors.ts";

type VolumeCalls = Pick<Engine, "createVolume" | "removeVolume">;

/** The calls about volumes. */
export function volumeCalls(client: EngineClient): VolumeCalls {
  return {
    async createVolume(name, labels, signal) {
      const recorded = await client.recorded({ kind: "volume", name, labels, signal });
      await client.change(
        { operation: `create volume ${name}`, signal },
        (dockerode, abortSignal) =>
          dockerode.createVolume({
            Name: name,
            Driver: "local",
            Labels: Object.fromEntries(recorded),
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
  };
}
