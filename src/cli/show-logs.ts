import { sanitize } from "../reporters/format/sanitize.ts";
import { padColumns } from "../reporters/format/width.ts";
import type { RunContext } from "../run/context.ts";
import type { Service } from "../stack/stack.ts";
import { findService } from "./context.ts";
import type { Session } from "./session.ts";

export interface ShowLogsOptions {
  /** Empty: all. */
  readonly services: readonly string[];
  readonly follow: boolean;
  readonly timestamps: boolean;
  readonly tail?: number;
  /** Seconds since 1970. */
  readonly since?: number;
}

/** Print the services' output, each line with its service in front or as a JSON document of its own, as it comes. Resolves with the exit code. */
export async function showLogs(
  session: Session,
  context: RunContext,
  options: ShowLogsOptions,
): Promise<number> {
  const services =
    options.services.length === 0
      ? [...context.stack.services.values()]
      : options.services.map((name) => findService(context.stack, name));
  const width = Math.max(0, ...services.map(({ name }) => name.length));
  const engine = await context.engine();
  await session.settle();

  // A reader that went away (`logs -f | head`) would otherwise be written to for ever.
  const closed = new AbortController();
  session.host.stdout.once("error", () => closed.abort());
  const signal = AbortSignal.any([session.signal, closed.signal]);

  const show = async (service: Service, index: number): Promise<void> => {
    const state = await engine.inspectContainer(service.containerName, signal);
    if (state === undefined) {
      session.say(`${service.name} has no container.`);
      return;
    }
    const prefix = session.style.series(index, `${padColumns(service.name, width)} |`);
    const { services: _, ...logOptions } = options;
    for await (const { stream, text, timestamp } of engine.logs(state.id, logOptions, signal)) {
      if (session.settings.json) {
        session.printDocument("log-line", {
          service: service.name,
          stream,
          text,
          ...(timestamp === undefined ? {} : { timestamp }),
        });
        continue;
      }
      const time = timestamp === undefined ? "" : `${session.style.faint(timestamp)} `;
      session.print(`${prefix} ${time}${sanitize(text)}`);
    }
  };
  try {
    await Promise.all(services.map(show));
    return 0;
  } catch (error) {
    if (closed.signal.aborted && !session.signal.aborted) return 0;
    throw error;
  }
}
