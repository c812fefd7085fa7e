import { archiveCalls } from "./calls/archives.ts";
import { buildImage } from "./calls/build-image.ts";
import { containerEnds } from "./calls/container-events.ts";
import { containerCalls } from "./calls/containers.ts";
import { execInteractive } from "./calls/exec-interactive.ts";
import { exec } from "./calls/exec.ts";
import { exportContainer } from "./calls/export-image.ts";
import { imageCalls } from "./calls/images.ts";
import { logs } from "./calls/logs.ts";
import { networkCalls } from "./calls/networks.ts";
import { processTable } from "./calls/process-table.ts";
import { containerProcesses } from "./calls/processes.ts";
import { runInteractive } from "./calls/run-interactive.ts";
import { stackEvents } from "./calls/stack-events.ts";
import { containerUsage } from "./calls/usage.ts";
import { volumeCalls } from "./calls/volumes.ts";
import type { EngineClient } from "./connection/client.ts";
import type { Engine } from "./engine.ts";
import { observe } from "./observe.ts";
import { stackContainers } from "./observe/stacks.ts";

/** The one real `Engine`: the calls of each kind of object over one connection. */
export function createDockerEngine(client: EngineClient): Engine {
  const images = imageCalls(client);
  const containers = containerCalls(client);
  return {
    endpoint: client.endpoint,
    ...(client.forward === undefined ? {} : { forward: client.forward }),
    info: (signal) => client.info(signal),
    observe: (request, signal) => observe(client, request, signal),
    stackContainers: (signal) => stackContainers(client, signal),
    ...images,
    buildImage: (request, onOutput, signal) =>
      buildImage(client, {
        request,
        onOutput,
        signal,
        inspect: (id) => images.inspectImage(id, signal),
        tag: (id, reference) => images.tagImage(id, reference, signal),
      }),
    exportContainer: (id, signal) => exportContainer(client, id, signal),
    ...networkCalls(client),
    ...volumeCalls(client),
    ...containers,
    containerEnds: (id, since, signal) => containerEnds(client, id, { since, signal }),
    processes: (id, signal) => containerProcesses(client, id, signal),
    stackEvents: (stack, span, signal) => stackEvents(client, stack, { span, signal }),
    usage: (id, signal) => containerUsage(client, id, signal),
    processTable: (id, signal) => processTable(client, id, signal),
    logs: (id, options, signal) => logs(client, id, { options, signal }),
    exec: (id, command, options, signal) => exec(client, { id, command, options, signal }),
    execInteractive: (id, command, options, signal) =>
      execInteractive(client, { id, command, options, signal }),
    runInteractive: (id, options, signal) =>
      runInteractive(client, id, { options, engine: containers, signal }),
    ...archiveCalls(client),
    [Symbol.asyncDispose]: () => {
      client.close();
      return Promise.resolve();
    },
  };
}
