import { readProtobuf } from "./protobuf.ts";

/**
 * One step of a BuildKit build as a trace reports it; a trace repeats a step whenever something
 * about it changes.
 */
export interface Vertex {
  readonly digest: string;
  readonly name: string;
  readonly cached: boolean;
  readonly started: boolean;
  readonly completed: boolean;
  /** Empty when there is none. */
  readonly error: string;
}

/** Output of a step. Bytes, since a character may be split across two of them. */
export interface VertexLog {
  readonly vertex: string;
  readonly bytes: Uint8Array;
}

/** How far a step's transfer is, such as a layer being exported. */
export interface VertexStatus {
  readonly vertex: string;
  readonly id: string;
  readonly completed: boolean;
}

/** A message `moby.buildkit.trace`, decoded. */
export interface Trace {
  readonly vertexes: readonly Vertex[];
  readonly statuses: readonly VertexStatus[];
  readonly logs: readonly VertexLog[];
  readonly warnings: readonly string[];
}

/**
 * Decode a StatusResponse of BuildKit's control API (control.proto; field numbers are that file's).
 */
export function decodeTrace(bytes: Uint8Array): Trace {
  const vertexes: Vertex[] = [];
  const statuses: VertexStatus[] = [];
  const logs: VertexLog[] = [];
  const warnings: string[] = [];
  for (const { number, value } of readProtobuf(bytes)) {
    if (typeof value === "bigint") continue;
    if (number === 1) vertexes.push(decodeVertex(value));
    else if (number === 2) statuses.push(decodeStatus(value));
    else if (number === 3) logs.push(decodeLog(value));
    else if (number === 4) warnings.push(decodeWarning(value));
  }
  return { vertexes, statuses, logs, warnings };
}

function decodeVertex(bytes: Uint8Array): Vertex {
  const fields = fieldsOf(bytes);
  return {
    digest: text(fields.get(1)),
    name: text(fields.get(3)),
    cached: fields.get(4) === 1n,
    started: fields.has(5),
    completed: fields.has(6),
    error: text(fields.get(7)),
  };
}

function decodeStatus(bytes: Uint8Array): VertexStatus {
  const fields = fieldsOf(bytes);
  return { id: text(fields.get(1)), vertex: text(fields.get(2)), completed: fields.has(8) };
}

function decodeLog(bytes: Uint8Array): VertexLog {
  const fields = fieldsOf(bytes);
  const message = fields.get(4);
  return {
    vertex: text(fields.get(1)),
    bytes: message instanceof Uint8Array ? message : new Uint8Array(),
  };
}

function decodeWarning(bytes: Uint8Array): string {
  return text(fieldsOf(bytes).get(3));
}

/** The last value of each field, as protobuf has it for fields that do not repeat. */
function fieldsOf(bytes: Uint8Array): ReadonlyMap<number, bigint | Uint8Array> {
  return new Map(Array.from(readProtobuf(bytes), ({ number, value }) => [number, value]));
}

function text(value: bigint | Uint8Array | undefined): string {
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : "";
}
