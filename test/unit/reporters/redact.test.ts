import { expect, test } from "vitest";
import { QclockError } from "../../../src/error.ts";
import { createRedactor, redactError, redactEvent } from "../../../src/reporters/redact.ts";
import { scriptedNodes } from "../../support/scripted-run.ts";

const secret = 'p@ss "word"/1';

test("a known value goes in each form in which it may show up", () => {
  const redactor = createRedactor();
  redactor.add(secret);
  const text = [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString("base64"),
    JSON.stringify({ password: secret }),
  ].join("\n");
  expect(redactor.redact(text)).toBe('***\n***\n***\n{"password":"***"}');
});

test("a secret that contains another one goes as a whole", () => {
  const redactor = createRedactor();
  redactor.add("hunter2");
  redactor.add("hunter2-and-more");
  expect(redactor.redact("x hunter2-and-more y hunter2 z")).toBe("x *** y *** z");
});

test("values too short to be told from ordinary text are left alone", () => {
  const redactor = createRedactor();
  redactor.add("a");
  redactor.add("");
  expect(redactor.redact("banana")).toBe("banana");
});

test("events lose it wherever text from outside stands", () => {
  const redactor = createRedactor();
  redactor.add("hunter2");
  const node = scriptedNodes.startApp;
  expect(
    redactEvent({ type: "node-output", atMs: 0, node, line: "password hunter2" }, redactor),
  ).toMatchObject({ line: "password ***" });
  const error = new QclockError("job-failed", "login with hunter2 failed", {
    details: ["hunter2"],
    cause: new Error("hunter2"),
  });
  const event = redactEvent(
    { type: "node-finished", atMs: 0, node, outcome: { status: "failed", error } },
    redactor,
  );
  expect(event).toMatchObject({
    outcome: { error: { message: "login with *** failed", details: ["***"] } },
  });
  expect(event).not.toHaveProperty("outcome.error.cause");
});

test("an error without a secret stays as it is, its causes included", () => {
  const error = new QclockError("build-failed", "no", { cause: new Error("why") });
  expect(redactError(error, createRedactor().redact)).toBe(error);
});

test("what a step waits for loses it, too", () => {
  const redactor = createRedactor();
  redactor.add(secret);
  const node = scriptedNodes.readyApp;
  const event = {
    type: "node-waiting",
    atMs: 0,
    node,
    reason: `said ${secret}`,
    waitedMs: 1,
  } as const;
  expect(redactEvent(event, redactor)).toMatchObject({ reason: "said ***" });
});
