import * as z from "zod/mini";
import type { EngineClient } from "../connection/client.ts";
import type { Engine } from "../engine.ts";
import { engineStatus } from "../errors.ts";
import { parseForeign } from "../foreign.ts";
import { labelsSchema } from "../observe/look.ts";

type VolumeCalls = Pick<Engine, "createVolume" | "removeVolume">;

const createdSchema = z.object({ Labels: labelsSchema });

/** The calls about volumes. */
export function volumeCalls(client: EngineClient): VolumeCalls {
  return {
    async createVolume(name, labels, signal) {
      const recorded = await client.recorded({ kind: "volume", name, labels, signal });
      const operation = `create volume ${name}`;
      const answer = await client.send({
        method: "POST",
        path: "/volumes/create",
        json: { Name: name, Driver: "local", Labels: Object.fromEntries(recorded) },
        operation,
        signal,
      });
      return parseForeign(createdSchema, answer, operation).Labels;
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
