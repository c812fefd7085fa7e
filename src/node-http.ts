import type * as Http from "node:http";
import type * as Https from "node:https";
import { getBuiltinModule } from "node:process";

/**
 * Node's HTTP client. Not by `import`: an ES import reads every export of the module, `WebSocket`
 * among them, whose getter loads all of undici. That took 20 ms of a command's start; this takes 3.
 */
export function loadHttp(): typeof Http {
  return getBuiltinModule("node:http");
}

/** As `loadHttp`, with TLS, which takes longer to load than all the rest and is seldom spoken. */
export function loadHttps(): typeof Https {
  return getBuiltinModule("node:https");
}
