import { expect, test } from "vitest";
import { checkCatalogue, checkStages } from "../../../src/verify/catalogue.ts";

test("each check has an id of its own", () => {
  const ids = checkCatalogue.map(({ id }) => id);
  expect(ids.length).toBeGreaterThan(40);
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
});

test("only building again waits to be asked for", () => {
  const groups = checkStages.flat();
  const slow = groups.filter(({ onDemand }) => onDemand);
  expect(slow.flatMap(({ checks }) => checks.map(({ id }) => id))).toEqual(["IMG-024"]);
});
