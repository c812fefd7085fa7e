/**
 * `node bench/serve-folder.ts FOLDER`: a web server on a free port of 127.0.0.1 for what lies in a
 * folder. Prints its address, and ends with whoever started it, when its standard input closes.
 */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { pipeline } from "node:stream/promises";

const folder = path.resolve(process.argv[2] ?? ".");

const server = createServer((request, response) => {
  const file = path.join(folder, path.normalize(decodeURIComponent(request.url ?? "/")));
  const answer = async (): Promise<void> => {
    const found = await stat(file).catch(() => undefined);
    if (found?.isFile() !== true) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-length": found.size });
    await pipeline(createReadStream(file), response);
  };
  // Whoever asked has gone; there is nobody to tell.
  answer().catch(() => response.destroy());
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (typeof address === "object" && address !== null)
    console.log(`http://127.0.0.1:${address.port}`);
});
process.stdin.resume().once("end", () => process.exit());
