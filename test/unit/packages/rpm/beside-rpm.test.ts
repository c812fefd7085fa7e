import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { parseDependency } from "../../../../src/packages/rpm/relations/dependency.ts";
import { installOrder } from "../../../../src/packages/rpm/install/order.ts";
import { toInstalledRpm } from "../../../../src/packages/rpm/installed.ts";
import {
  compareVersions,
  isWithin,
  type VersionBound,
} from "../../../../src/packages/rpm/relations/version.ts";
import { anRpm } from "../../../support/rpm/an-rpm.ts";
import { type Answers, questions } from "../../../support/rpm/questions.ts";

/** What RPM 4.18 said: see test/judge/record-rpm.ts. */
const answers = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, "../../../fixtures/rpm/answers.json"), "utf8"),
) as Answers;
const asked = questions();

test("RPM was asked all questions", () => {
  expect(answers.orders).toHaveLength(asked.orders.length);
  expect(answers.versions).toHaveLength(asked.versions.length);
  expect(answers.bounds).toHaveLength(asked.bounds.length);
});

test("sets of packages are installed in RPM's order, circles and what scripts need included", () => {
  const ours = asked.orders.map((packages) =>
    installOrder(packages.map((each) => toInstalledRpm(anRpm(each)))).map(({ name }) => name),
  );
  const same = (order: readonly string[], index: number): boolean =>
    order.join(" ") === answers.orders[index]?.join(" ");
  expect(ours.flatMap((order, index) => (same(order, index) ? [] : [index]))).toEqual([]);
});

test("versions are in RPM's order", () => {
  const order = asked.versions.map(([one, other]) => Math.sign(compareVersions(one, other)));
  expect(order).toEqual(answers.versions);
});

test("bounds let in what RPM says, where that is the same whichever is asked of the other", () => {
  const decided = asked.bounds.flatMap(([provided, wanted], index) => {
    const answer = answers.bounds[index];
    return answer === null ? [] : [{ provided, wanted, answer }];
  });
  const ours = decided.map(({ provided, wanted }) => ({
    provided,
    wanted,
    answer: isWithin(bound(provided), bound(wanted)),
  }));
  expect(ours).toEqual(decided);
});

function bound(text: string): VersionBound {
  const { constraint } = parseDependency(`name ${text}`);
  if (constraint === undefined) throw new Error(`${text} is no bound`);
  return constraint;
}
