import { once } from "node:events";
import { createServer, request as send } from "node:http";
import { connect } from "node:net";

/** A forward proxy on 127.0.0.1: absolute-form requests, and tunnels by CONNECT. */
export interface Proxy extends AsyncDisposable {
  readonly port: number;
  /** Method, target and Proxy-Authorization of each request, in order. */
  readonly requests: readonly {
    readonly method: string;
    readonly target: string;
    readonly credentials: string | undefined;
  }[];
}

export interface ProxyOptions {
  /**
   * Where names lead that no DNS knows, as `host:port`. Names that are absent here are taken as
   * they are.
   */
  readonly hosts: ReadonlyMap<string, string>;
  /** The status of every answer, instead of passing anything on. */
  readonly refuse?: number;
}

/** Start a proxy on a free port. */
export async function startProxy({ hosts, refuse }: ProxyOptions): Promise<Proxy> {
  const requests: { method: string; target: string; credentials: string | undefined }[] = [];
  const resolve = (host: string): readonly [string, number] => {
    const [name = "", port = "80"] = (hosts.get(host) ?? host).split(":");
    return [name, Number(port)];
  };
  const server = createServer((incoming, answer) => {
    const { method = "", url = "", headers } = incoming;
    requests.push({ method, target: url, credentials: headers["proxy-authorization"] });
    if (refuse !== undefined) return void answer.writeHead(refuse).end();
    const target = new URL(url);
    const [host, port] = resolve(target.host);
    const onward = send(
      { host, port, method, path: target.pathname + target.search, headers },
      (response) => {
        answer.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(answer);
      },
    );
    onward.on("error", () => answer.writeHead(502).end());
    incoming.pipe(onward);
  });
  server.on("connect", ({ url = "", headers }, socket, head) => {
    requests.push({ method: "CONNECT", target: url, credentials: headers["proxy-authorization"] });
    if (refuse !== undefined) return void socket.end(`HTTP/1.1 ${refuse} Refused\r\n\r\n`);
    const [host, port] = resolve(url);
    const onward = connect(port, host, () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    onward.on("error", () => socket.destroy());
    socket.on("error", () => onward.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
