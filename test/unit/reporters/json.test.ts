import { expect, test } from "vitest";
import * as z from "zod";
import { createJsonReporter } from "../../../src/reporters/json.ts";
import { scriptedEvents } from "../../support/scripted-run.ts";

const line = z.looseObject({
  schema: z.literal("qclock/event/v1"),
  type: z.string(),
  atMs: z.number(),
});

test("each event is one JSON object on one line, the report last with the error's parts", () => {
  let text = "";
  const reporter = createJsonReporter({ output: { write: (more) => (text += more) } });
  const events = scriptedEvents({ failing: true });
  for (const event of events) reporter.handle(event);
  const documents = text
    .trimEnd()
    .split("\n")
    .map((each) => line.parse(JSON.parse(each)));
  expect(documents.map(({ type }) => type)).toEqual(events.map(({ type }) => type));
  expect(documents.at(-1)).toMatchObject({
    type: "run-finished",
    report: {
      status: "failed",
      nodes: expect.arrayContaining([
        {
          id: "start:app",
          operation: { type: "start-container", service: "app" },
          cause: "not found",
          outcome: {
            status: "failed",
            error: {
              code: "container-exited",
              message: 'Service "app" ended at once with exit code 1.',
              details: ["configuration file is missing"],
              hint: "Look at its log.",
            },
          },
        },
      ]),
    },
  });
});

test("the plan comes once; later events name its nodes by id", () => {
  let text = "";
  const reporter = createJsonReporter({ output: { write: (more) => (text += more) } });
  for (const event of scriptedEvents({ failing: false })) reporter.handle(event);
  const started = text.split("\n").find((each) => each.includes('"node-started"'));
  expect(JSON.parse(started ?? "")).toEqual({
    schema: "qclock/event/v1",
    type: "node-started",
    atMs: 2500 - 500,
    node: "assemble:base",
  });
});
