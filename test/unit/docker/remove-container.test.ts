import { expect, test } from "vitest";
import { type Answer, inTurn, json, refuse, startFakeEngine } from "../../support/fake-engine.ts";

function inspected(Status: string): Answer {
  return json({ Id: "a", Name: "/shop-web-1", State: { Status }, Config: {} });
}

const inProgress = refuse(409, "removal of container a is already in progress");
const gone = refuse(404, "No such container: a");

test("a container that somebody else removes at this moment is waited for", async () => {
  await using fake = await startFakeEngine({
    routes: {
      "DELETE /containers/a": inProgress,
      "GET /containers/a/json": inTurn(inspected("removing"), inspected("removing"), gone),
    },
  });
  await using engine = await fake.connect();
  await engine.removeContainer("a");
  expect(fake.requests.filter((line) => line.includes("/a/json"))).toHaveLength(3);
});

test("a removal that somebody else did not finish is told", async () => {
  await using fake = await startFakeEngine({
    routes: {
      "DELETE /containers/a": inProgress,
      "GET /containers/a/json": inTurn(inspected("removing"), inspected("dead")),
    },
  });
  await using engine = await fake.connect();
  await expect(engine.removeContainer("a")).rejects.toMatchObject({ code: "engine-failed" });
});
