import type { StackEvent } from "../../docker/engine.ts";
import { visible } from "../../visible.ts";
import type { Style } from "../format/style.ts";

/** An event as one line, in the order that compose has: when, of what, what, which one. */
export function formatEvent(event: StackEvent, style: Style): string {
  const { atMs, action, containerId, container, service, image, exitCode } = event;
  const facts = [
    `service=${service}`,
    `name=${container}`,
    `image=${image}`,
    ...(exitCode === undefined ? [] : [`exitCode=${exitCode}`]),
  ];
  const time = style.faint(new Date(atMs).toISOString());
  const what = `container ${action} ${containerId.slice(0, 12)} (${facts.join(", ")})`;
  return `${time} ${visible(what)}`;
}
