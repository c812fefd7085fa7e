import { expect, test } from "vitest";
import { refuseUnknownServices } from "../../../../src/run/services/known-services.ts";
import { aService, aStack } from "../../../support/builders.ts";

const stack = aStack({ services: [aService({ name: "app" }), aService({ name: "db" })] });

test.each([[undefined], [[]], [["app"]], [["db", "app"]]])("%j are all services", (names) => {
  expect(() => refuseUnknownServices(stack, names)).not.toThrow();
});

test("the first name that is no service's is told, with those that are", () => {
  expect(() => refuseUnknownServices(stack, ["app", "one", "db", "two"])).toThrow(
    expect.objectContaining({
      code: "service-not-found",
      message: 'The stack has no service "one".',
      hint: "It has app, db.",
    }),
  );
  expect(() => refuseUnknownServices(aStack(), ["app"])).toThrow(
    expect.objectContaining({ hint: "It has none." }),
  );
});
