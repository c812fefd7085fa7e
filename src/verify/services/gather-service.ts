import type { ContainerState, Engine, EngineInfo } from "../../docker/engine.ts";
import type { Service } from "../../stack/stack.ts";
import type { Surroundings } from "../images/gather-image.ts";
import { readInspection } from "./inspection.ts";
import type { Look } from "./look.ts";
import type { readSecretFiles } from "../images/secret-files.ts";
import type { ProcessFacts, ServiceSubject } from "../subject.ts";
import { toldProcesses } from "./told-processes.ts";

/** Log lines that are searched for secrets. */
const logTailLines = 500;

/** What was seen of a service before its own look. */
export interface ServiceSight {
  readonly service: Service;
  readonly state: ContainerState;
  readonly info: Look<EngineInfo>;
  readonly secrets: Look<Awaited<ReturnType<typeof readSecretFiles>>> | undefined;
}

/**
 * One service as the checks see it. A part that could not be seen fails the checks that ask for it.
 */
export async function gatherService(
  { service, state, info, secrets }: ServiceSight,
  world: Surroundings,
): Promise<ServiceSubject> {
  const { engine, look, expectation, details, secretValues, processesOf } = world;
  const { name, image } = service;
  const [inspection, processes, log] = await Promise.all([
    look(`the settings of service ${name}`, async () => readInspection(state)),
    look(`the processes of service ${name}`, (signal) =>
      seeProcesses(state, { engine, processesOf, signal }),
    ),
    look(`the log of service ${name}`, (signal) => logTail(engine, state.id, signal)),
  ]);
  return {
    service,
    get inspection() {
      return inspection.take();
    },
    get engine() {
      return info.take();
    },
    get currentImageId() {
      return details.get(image)?.take()?.id;
    },
    get imageUser() {
      return details.get(image)?.take()?.user ?? "";
    },
    get drift() {
      return expectation.take().drift.get(name) ?? [];
    },
    get closedNetworks() {
      return expectation.take().closedNetworks;
    },
    get canCloseWayOut() {
      return expectation.take().canCloseWayOut;
    },
    get processes() {
      return processes.take();
    },
    get secretFiles() {
      return secrets?.take().files;
    },
    get logTail() {
      return log.take();
    },
    secretValues,
  };
}

/**
 * From this machine's kernel where the Engine runs on it, which tells most; else what the Engine
 * tells.
 */
async function seeProcesses(
  { id, status, pid }: ContainerState,
  about: Pick<Surroundings, "engine" | "processesOf"> & { readonly signal: AbortSignal },
): Promise<readonly ProcessFacts[] | undefined> {
  const { engine, processesOf, signal } = about;
  if (status !== "running") return [];
  const seen = engine.endpoint.local ? await processesOf({ id, pid }) : undefined;
  if (seen !== undefined) return seen;
  const told = await engine.processes(id, signal);
  return told === undefined ? undefined : toldProcesses(told, pid);
}

async function logTail(
  engine: Engine,
  id: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const { text } of engine.logs(id, { follow: false, tail: logTailLines }, signal))
    lines.push(text);
  return lines;
}
