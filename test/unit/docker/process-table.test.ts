import { expect, test } from "vitest";
import { json, refuse, startFakeEngine } from "../../support/fake-engine.ts";

test("processes are asked for as the Engine shows them, and a container that ended has none", async () => {
  await using fake = await startFakeEngine({
    routes: {
      "GET /containers/a/top": json({ Titles: ["PID", "CMD"], Processes: [["7", "httpd -f"]] }),
      "GET /containers/b/top": json({ Titles: ["PID", "CMD"], Processes: null }),
      "GET /containers/c/top": refuse(409, "container c is not running"),
      "GET /containers/d/top": refuse(404, "no such container"),
      "GET /containers/e/top": refuse(403, "not allowed"),
    },
  });
  await using engine = await fake.connect();
  const titles = ["PID", "CMD"];
  await expect(engine.processTable("a")).resolves.toEqual({ titles, rows: [["7", "httpd -f"]] });
  await expect(engine.processTable("b")).resolves.toEqual({ titles, rows: [] });
  for (const id of ["c", "d"]) await expect(engine.processTable(id)).resolves.toBeUndefined();
  await expect(engine.processTable("e")).rejects.toMatchObject({ code: "engine-refused" });
});
