import { inspect } from "node:util";
import type Dockerode from "dockerode";
import type { Endpoint, EngineInfo } from "../engine.ts";
import { labels } from "../../stack/labels.ts";
import { type OwnedKind, recordOf } from "../../stack/ownership.ts";
import { type Attempt, engineFailure } from "../errors.ts";
import { tooSlow } from "./engine-answer.ts";
import { readInfo } from "./engine-info.ts";
import { type EngineCall, EngineHttp } from "./engine-http.ts";
import type { Deadlines } from "./deadlines.ts";
import { announceSlow } from "./slow-notice.ts";
import type { Transport } from "./transport.ts";

export interface EngineClientOptions {
  readonly endpoint: Endpoint;
  readonly transport: Transport;
  /** Negotiated: `1.41`. */
  readonly apiVersion: string;
  readonly deadlines: Deadlines;
  readonly onNotice: (message: string) => void;
}

/** What a mutation says about itself. */
interface Mutation extends Omit<Attempt, "url"> {
  readonly signal: AbortSignal | undefined;
}

/**
 * One connection to one Engine, shared by all its calls: plain HTTP for all of them but the one
 * that turns into a terminal's connection, which is dockerode's.
 */
export class EngineClient {
  readonly endpoint: Endpoint;
  readonly apiVersion: string;
  readonly http: EngineHttp;
  /** As `Transport` has it. */
  readonly forward: Transport["forward"];
  readonly #transport: Transport;
  #dockerode: Promise<Dockerode> | undefined;
  #info: Promise<EngineInfo> | undefined;

  constructor({ endpoint, transport, apiVersion, deadlines, onNotice }: EngineClientOptions) {
    this.endpoint = endpoint;
    this.apiVersion = apiVersion;
    this.#transport = transport;
    this.forward = transport.forward;
    this.http = new EngineHttp({
      transport,
      url: endpoint.url,
      version: `v${apiVersion}`,
      deadlines,
      onNotice,
    });
  }

  /** Facts about the Engine, asked for once: they change only when it restarts. */
  info(signal?: AbortSignal): Promise<EngineInfo> {
    if (this.#info === undefined) {
      const { local } = this.endpoint;
      const asked = readInfo(this.http, { apiVersion: this.apiVersion, local, signal });
      this.#info = asked;
      // An answer that failed, or was called off by one caller, is not kept for the next.
      asked.catch(() => {
        if (this.#info === asked) this.#info = undefined;
      });
    }
    return this.#info;
  }

  /** Labels of an object that is about to be made, with the record by which it is known again. */
  async recorded(object: {
    readonly kind: OwnedKind;
    readonly name: string;
    readonly labels: ReadonlyMap<string, string>;
    readonly signal: AbortSignal | undefined;
  }): Promise<ReadonlyMap<string, string>> {
    // By the Engine's clock, which its times of creation are in; ours may differ by hours.
    const { clockOffsetMs } = await this.info(object.signal);
    return new Map([
      ...object.labels,
      [labels.record, recordOf(object, Date.now() + clockOffsetMs)],
    ]);
  }

  /** Whether the negotiated API has what came with the given version, such as `1.48`. */
  hasApi(version: string): boolean {
    return compareApiVersions(this.apiVersion, version) >= 0;
  }

  /**
   * Make one change. Never tried again: the caller looks first. Not through dockerode, which takes
   * as long to load as a small network takes to make.
   */
  send(call: EngineCall): Promise<unknown> {
    return this.http.send({ firstByteMs: this.http.deadlines.answerMs, ...call });
  }

  /** Make one change through dockerode. Never tried again: the caller looks first. */
  async change<Value>(
    mutation: Mutation,
    call: (dockerode: Dockerode, abortSignal: AbortSignal) => Promise<Value>,
  ): Promise<Value> {
    const { signal } = mutation;
    const deadlineMs = this.http.deadlines.answerMs;
    signal?.throwIfAborted();
    const deadline = AbortSignal.timeout(deadlineMs);
    const either = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
    const calm = announceSlow(this.http, { operation: mutation.operation, deadlineMs });
    try {
      return await call(await this.dockerode(), either);
    } catch (error) {
      if (signal?.aborted === true) throw signal.reason;
      if (deadline.aborted) throw tooSlow(mutation.operation, deadlineMs);
      const attempt = { ...mutation, url: this.endpoint.url };
      throw this.#transport.explain(error) ?? engineFailure(attempt, error);
    } finally {
      calm();
    }
  }

  /**
   * dockerode on this connection. Loading it takes as long as everything else that a command with
   * nothing to do does.
   */
  dockerode(): Promise<Dockerode> {
    this.#dockerode ??= this.#loadDockerode();
    return this.#dockerode;
  }

  close(): void {
    this.#transport.close();
  }

  async #loadDockerode(): Promise<Dockerode> {
    const { default: Client } = await import("dockerode");
    const { protocol, hostname, port, streamAgent: agent } = this.#transport;
    // docker-modem writes all of its options as text at every call, for a debug log that nobody
    // reads: of an agent that takes 7 ms, as long as a dozen calls.
    Object.defineProperty(agent, inspect.custom, { value: () => "Agent" });
    const options = {
      // All of them are given: what is absent dockerode takes from the environment, which has been
      // read already.
      host: hostname,
      port: port ?? 80,
      protocol: protocol === "https:" ? "https" : "http",
      socketPath: undefined,
      ca: undefined,
      cert: undefined,
      key: undefined,
      timeout: undefined,
      agent,
      version: `v${this.apiVersion}`,
    } as const;
    return new Client(options);
  }
}

/** Order of two API versions such as `1.9` and `1.41`: negative, zero or positive. */
export function compareApiVersions(left: string, right: string): number {
  const [leftMajor = 0, leftMinor = 0] = left.split(".").map(Number);
  const [rightMajor = 0, rightMinor = 0] = right.split(".").map(Number);
  return leftMajor - rightMajor || leftMinor - rightMinor;
}
