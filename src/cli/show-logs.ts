import type { Engine, LogOptions } from "../docker/engine.ts";
import { sanitize } from "../reporters/format/sanitize.ts";
import { padColumns } from "../reporters/format/width.ts";
import type { RunContext } from "../run/context.ts";
import { presentStack } from "../run/services/present-stack.ts";
import type { Service } from "../stack/stack.ts";
import { findService } from "./open/context.ts";
import type { Session } from "./open/session.ts";
import { whileRead } from "./while-read.ts";

export interface ShowLogsOptions {
  /** Empty: all. */
  readonly services: readonly string[];
  readonly follow: boolean;
  readonly timestamps: boolean;
  /**
   * Of each service; absent: so many that a screen and a reader can bear, where `since` does not
   * bound them.
   */
  readonly tail?: number | "all";
  /** Seconds since 1970. */
  readonly since?: number;
}

/**
 * Lines of each service that are shown unless asked otherwise: a service that has run for a month
 * has written gigabytes.
 */
const DEFAULT_TAIL = 1000;

/**
 * Print the services' output, each line with its service in front or as a JSON document of its own,
 * as it comes. Resolves with the exit code.
 */
export async function showLogs(
  session: Session,
  context: RunContext,
  options: ShowLogsOptions,
): Promise<number> {
  const named = options.services.map((name) => findService(context.stack, name));
  const engine = await context.engine();
  const { services: present } = await presentStack(context.stack, engine, context.signal);
  const services = named.length === 0 ? [...present.values()] : named;
  const width = Math.max(0, ...services.map(({ name }) => name.length));
  await session.settle();

  return await whileRead(session, async (signal, taken) => {
    const show = async (service: Service, index: number): Promise<void> => {
      const state = await engine.inspectContainer(service.containerName, signal);
      if (state === undefined) {
        session.say(`${service.name} has no container.`);
        return;
      }
      const prefix = session.style.series(index, `${padColumns(service.name, width)} |`);
      const logOptions = logOptionsOf(options);
      if (isBounded(options) && (await hasMore(engine, state.id, signal)))
        session.say(
          `Only the last ${DEFAULT_TAIL} lines of ${service.name} are shown; \`--tail all\` shows every one.`,
        );
      for await (const { stream, text, timestamp } of engine.logs(state.id, logOptions, signal)) {
        if (session.settings.json) {
          session.printDocument("log-line", {
            service: service.name,
            stream,
            text,
            ...(timestamp === undefined ? {} : { timestamp }),
          });
        } else {
          const time = timestamp === undefined ? "" : `${session.style.faint(timestamp)} `;
          session.print(`${prefix} ${time}${sanitize(text)}`);
        }
        await taken();
      }
    };
    await Promise.all(services.map(show));
  });
}

function isBounded({ tail, since }: ShowLogsOptions): boolean {
  return tail === undefined && since === undefined;
}

function logOptionsOf(options: ShowLogsOptions): LogOptions {
  const { follow, timestamps, since } = options;
  const tail = isBounded(options) ? DEFAULT_TAIL : options.tail;
  return {
    follow,
    timestamps,
    ...(since === undefined ? {} : { since }),
    ...(tail === undefined || tail === "all" ? {} : { tail }),
  };
}

/**
 * Whether a container has written more than is shown. By the times of the first lines: the Engine
 * counts a long line as several, and a number of lines that came would not tell.
 */
async function hasMore(engine: Engine, id: string, signal: AbortSignal): Promise<boolean> {
  const firstTime = async (tail: object): Promise<string | undefined> => {
    const options = { follow: false, timestamps: true, ...tail };
    for await (const { timestamp } of engine.logs(id, options, signal)) return timestamp;
    return undefined;
  };
  const [all, shown] = await Promise.all([firstTime({}), firstTime({ tail: DEFAULT_TAIL })]);
  return all !== shown;
}
