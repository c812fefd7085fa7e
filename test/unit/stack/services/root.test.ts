import { expect, test } from "vitest";
import { readText } from "../../../support/read-manifest.ts";

const head = `name: s
images: { app: { from: scratch, packages: { debian-12: [bash] }, user: "10001:10001" } }
`;

// An Engine takes each of these for root.
test.each(["root", "0", "00", "+0", "-0:0", ":5"])(
  'a service that runs as "%s" needs a reason, as root does',
  (user) => {
    const read = readText(`${head}services: { app: { image: app, user: "${user}" } }\n`);
    expect(read.ok ? [] : read.error).toMatchObject([
      {
        code: "exception-without-reason",
        message: 'Service "app" runs as root without a reason.',
        location: { line: 3 },
      },
    ]);
  },
);
