import * as z from "zod/mini";
import { labels } from "../../stack/labels.ts";
import type { EngineClient } from "../connection/client.ts";
import type { ObserveRequest } from "../engine.ts";

/** What each part of a snapshot is taken with. */
export interface Look {
  readonly client: EngineClient;
  readonly request: ObserveRequest;
  readonly signal: AbortSignal | undefined;
}

/** Filters of a list call, each with the values of which one must fit. */
export type Filters = Readonly<Record<string, readonly string[]>>;

/** An object's labels, absent where the Engine says null. */
export const labelsSchema = z.pipe(
  z.nullish(z.record(z.string(), z.string())),
  z.transform((value) => new Map(Object.entries(value ?? {}))),
);

/** The filter for what belongs to the stack. */
export function ofStack({ stack }: ObserveRequest): Filters {
  return { label: [`${labels.stack}=${stack}`] };
}

/** A time of the Engine in milliseconds since 1970; undefined where it told none. */
export function timeOf(text: string): number | undefined {
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}
