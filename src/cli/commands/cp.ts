import path from "node:path";
import { pipeline } from "node:stream/promises";
import type { ContainerState, Engine } from "../../docker/engine.ts";
import { QclockError } from "../../error.ts";
import type { Copy } from "../../run/copy/place.ts";
import type { RunContext } from "../../run/context.ts";
import type { Service } from "../../stack/stack.ts";
import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { findService, withStack } from "../open/context.ts";
import type { Session } from "../open/session.ts";
import { whileRead } from "../while-read.ts";

/** `qclock cp` */
export function registerCp({ program, run }: Registry): void {
  const command = declareCommand(
    program,
    {
      usage: "cp <source> <target>",
      summary: "Copy files and folders out of the container of a service, or into it",
      description:
        "One of the two is SERVICE:PATH; the other a path here, or - for a tar. Where a copy goes is as for docker cp: into a\n" +
        "folder that is there, else to that name; SOURCE/. is what a folder holds. What comes in belongs to the user that the\n" +
        "service runs as. What is changed in a container is lost when up makes it again, unless it is in a volume.",
      examples: [
        ["qclock cp app:/etc/nginx ./nginx", "a folder out of a container, be it stopped"],
        ["qclock cp dump.sql db:/var/lib/mysql", "a file into a volume"],
        ["qclock cp db:/var/lib/mysql - | gzip > data.tar.gz", "as a tar"],
      ],
    },
    (each) => each.option("-L, --follow-link", "copy what a link leads to, not the link"),
  );
  command.action((source: string, target: string, options: { followLink?: boolean }) =>
    run(command, async (session) => {
      const { parseCopy } = await import("../../run/copy/place.ts");
      const copy = parseCopy(source, target);
      if (copy.to.type === "stream" && session.host.stdout.isTTY) {
        throw new QclockError("usage", "A tar is not written to a terminal.", {
          hint: "Send it into a file or a pipe.",
        });
      }
      return await withStack(session, async (context) => {
        const name = copy.direction === "out" ? copy.from.service : copy.to.service;
        const service = findService(context.stack, name);
        const engine = await context.engine();
        const state = await engine.inspectContainer(service.containerName, session.signal);
        if (state === undefined) {
          throw new QclockError("service-not-found", `Service "${name}" has no container.`, {
            hint: "Make it with qclock up.",
          });
        }
        const followLink = options.followLink === true;
        await carryOut(copy, { session, context, engine, service, state, followLink });
        await session.settle();
        return 0;
      });
    }),
  );
}

interface Parts {
  readonly session: Session;
  readonly context: RunContext;
  readonly engine: Engine;
  readonly service: Service;
  readonly state: ContainerState;
  readonly followLink: boolean;
}

async function carryOut(copy: Copy, parts: Parts): Promise<void> {
  const { session, context, engine, service, state, followLink } = parts;
  const { signal, host } = session;
  const local = (file: string): string => {
    const full = path.resolve(host.workingDirectory, file);
    // What is behind the last name says what is meant by it.
    return full + (/\/\.?$|^\.$/.exec(file)?.[0].replace(/^\.$/, "/.") ?? "");
  };
  const containerId = state.id;
  if (copy.direction === "out") {
    const { copyOut, openArchive } = await import("../../run/copy/copy-out.ts");
    const source = { engine, containerId, path: copy.from.path, followLink, signal };
    if (copy.to.type === "stream") {
      await session.settle();
      const archive = await openArchive(source);
      await whileRead(session, (until) =>
        pipeline(archive, host.stdout, { end: false, signal: until }),
      );
      return;
    }
    const onLeftOut = (message: string): void =>
      session.emit({ type: "notice", level: "warning", message });
    await copyOut(source, { target: local(copy.to.path), onLeftOut });
    return;
  }
  const { copyIn, unpackIn } = await import("../../run/copy/copy-in.ts");
  const target = { engine, containerId, service, path: copy.to.path, signal };
  if (copy.from.type === "stream") {
    await unpackIn(target, chunksOf(host.stdin));
    return;
  }
  const { userOf } = await import("../../run/services/user.ts");
  const owner = await userOf(context.stack, service, engine, signal);
  await copyIn(target, { path: local(copy.from.path), followLink, owner });
}

async function* chunksOf(stream: NodeJS.ReadableStream): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) yield Buffer.from(chunk);
}
