import type { Engine } from "../../docker/engine.ts";
import type { RunContext } from "../context.ts";

const PAUSE_MS = 400;
const EQUAL_LOOKS = 3;
const LIMIT_MS = 10_000;

/**
 * Let the Engine finish what a run that was killed had asked it for: it carries on with such calls,
 * and an object that appears between a look and a plan's first step would be made twice. Over when
 * some looks in a row see the same.
 */
export async function settle(
  context: Pick<RunContext, "clock" | "signal"> & { readonly stackName: string },
  engine: Engine,
): Promise<void> {
  const { clock, signal, stackName } = context;
  const names = { imageReferences: [], containerNames: [], networkNames: [], volumeNames: [] };
  const deadlineMs = clock.now() + LIMIT_MS;
  let before = "";
  for (let equal = 0; equal < EQUAL_LOOKS && clock.now() < deadlineMs;) {
    const { containers, networks, volumes } = await engine.observe(
      { stack: stackName, ...names },
      signal,
    );
    const now = JSON.stringify([containers, networks, volumes.map(({ name }) => name)]);
    equal = now === before ? equal + 1 : 0;
    before = now;
    await clock.sleep(PAUSE_MS, signal);
  }
}
