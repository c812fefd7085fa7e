import { expect, test } from "vitest";
import type { ObservedContainer } from "../../../src/plan/observed.ts";
import { restartedWith, runningServices } from "../../../src/plan/restarted-with.ts";
import { aService, aStack } from "../../support/builders.ts";

/** db <- app <- web, and db <- log; each wishes to be started again after the one that it needs. */
const stack = aStack({
  services: [
    aService({ name: "db" }),
    aService({ name: "app", restartsWith: ["db"] }),
    aService({ name: "web", restartsWith: ["cache", "app"] }),
    aService({ name: "log", restartsWith: ["db"] }),
    aService({ name: "alone" }),
  ],
});
const all = ["db", "app", "web", "log", "alone"];

test.each([
  ["db", all, { app: "db", web: "app", log: "db" }],
  ["app", all, { web: "app" }],
  ["web", all, {}],
  ["alone", all, {}],
  // One that does not run is not started, and hands nothing on.
  ["db", ["db", "web", "log"], { log: "db" }],
  ["db", [], {}],
])("after %s, of %j that run", (name, running, expected) => {
  const found = restartedWith(stack, { names: [name], running: new Set(running) });
  expect(Object.fromEntries(found)).toEqual(expected);
});

test("what is named itself is not started again for another one", () => {
  const found = restartedWith(stack, { names: ["db", "app"], running: new Set(all) });
  expect(Object.fromEntries(found)).toEqual({ web: "app", log: "db" });
});

test("what runs is told by the stack's own containers, in whatever way they are up", () => {
  const container = (
    service: string | undefined,
    status: ObservedContainer["status"],
    ours = true,
  ): ObservedContainer => ({
    id: "x",
    name: "x",
    ours,
    status,
    networks: [],
    ...(service === undefined ? {} : { service }),
  });
  const running = runningServices([
    container("a", "running"),
    container("b", "restarting"),
    container("c", "paused"),
    container("d", "exited"),
    container("e", "created"),
    container("f", "removing"),
    container("g", "dead"),
    container("h", "running", false),
    container(undefined, "running"),
  ]);
  expect([...running]).toEqual(["a", "b", "c"]);
});
