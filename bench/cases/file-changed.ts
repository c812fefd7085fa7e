import { appendFile } from "node:fs/promises";
import path from "node:path";
import type { Case } from "../case.ts";
import { dockerfileProject } from "../dockerfile-project.ts";

/** A file of the dashboard in the app's image; a byte more at its end changes no meaning. */
const FILE = "srv/qclock/public/assets/app.css";

/** What a developer does all day: one file is other than before, everything else is built. */
export const fileChanged: Case = {
  name: "file-changed",
  summary: "3 images, one dashboard file changed: build",
  rounds: 10,
  async measure(bench, rounds) {
    const own = bench.place(bench.stackDirectory);
    await bench.run(bench.qclock("build"), own);
    const project = dockerfileProject(bench, bench.engine);
    const ownFile = path.join(bench.stackDirectory, "images/app/rootfs", FILE);
    const theirFile = path.join(project.place.cwd, "app/rootfs", FILE);
    const rows = await bench.time(
      [
        {
          name: "`qclock build`",
          command: bench.qclock("build"),
          place: own,
          before: () => appendFile(ownFile, " "),
        },
        {
          name: "`docker buildx bake`",
          command: ["docker", "buildx", "bake"],
          ...project,
          before: () => appendFile(theirFile, " "),
          mustTake: 2,
        },
        {
          name: "`docker compose build`",
          command: ["docker", "compose", "build"],
          ...project,
          before: () => appendFile(theirFile, " "),
          mustTake: 2,
        },
      ],
      { rounds },
    );
    return [{ title: "one dashboard file changed", rows }];
  },
};
