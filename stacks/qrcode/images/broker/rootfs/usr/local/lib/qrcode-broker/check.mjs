/** The broker's probe: ends with 0 when it answers, and can run jobs. */
import http from "node:http";
import process from "node:process";

const socketPath = process.env["LISTEN_SOCKET"] ?? "/run/qrcode/gate/broker.sock";
const request = http.get({ socketPath, path: "/health", timeout: 3000 }, (response) => {
  let body = "";
  response.setEncoding("utf8").on("data", (text) => (body += text));
  response.on("end", () => {
    process.stdout.write(body);
    process.exitCode = response.statusCode === 200 ? 0 : 1;
  });
});
request.on("timeout", () => request.destroy(new Error("no answer")));
request.on("error", (error) => {
  process.stdout.write(`${error.message}\n`);
  process.exitCode = 1;
});
