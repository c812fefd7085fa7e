import { getBuiltinModule } from "node:process";

/**
 * Node's HTTP client. Not by `import`: an ES import reads every export of the module, `WebSocket` among them, whose getter
 * loads all of undici. That took 20 ms of a command's start, this takes 3.
 */
export const { Agent, request } = getBuiltinModule("node:http");
