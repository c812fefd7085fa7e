import { type OutgoingHttpHeaders, request } from "node:http";
import * as z from "zod";

/** The Engine's socket: what the tests see of the world, apart from what qclock says of it. */
const socketPath = (process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock").replace(
  /^unix:\/\//,
  "",
);

/**
 * One request to the Engine; the answer's JSON, undefined for an empty one. Throws on any status of
 * 400 and above.
 */
export async function engineApi(
  method: "GET" | "POST" | "DELETE",
  path: string,
  json?: object,
): Promise<unknown> {
  const body = await engineText(method, path, json === undefined ? {} : { json });
  return body === "" ? undefined : JSON.parse(body);
}

/** As `engineApi`, with the answer as it came: a stream of progress is one document a line. */
export async function engineText(
  method: "GET" | "POST" | "DELETE",
  path: string,
  { json, headers = {} }: { readonly json?: object; readonly headers?: OutgoingHttpHeaders } = {},
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const type = json === undefined ? {} : { "Content-Type": "application/json" };
  const options = { socketPath, method, path, headers: { ...type, ...headers } };
  const call = request(options, (response) => {
    let body = "";
    response.setEncoding("utf8");
    response.on("data", (chunk: string) => (body += chunk));
    response.on("end", () => {
      if ((response.statusCode ?? 500) < 400) resolve(body);
      else reject(new Error(`${method} ${path}: ${response.statusCode} ${body}`));
    });
  });
  call.on("error", reject);
  call.end(json === undefined ? undefined : JSON.stringify(json));
  return promise;
}

const containersSchema = z.array(
  z.object({
    Id: z.string(),
    Names: z.array(z.string()),
    State: z.string(),
    Labels: z.record(z.string(), z.string()),
  }),
);
const networksSchema = z.array(z.object({ Id: z.string(), Name: z.string() }));
const volumesSchema = z.object({ Volumes: z.array(z.object({ Name: z.string() })).nullish() });
const imagesSchema = z.array(z.object({ Id: z.string(), RepoTags: z.array(z.string()).nullish() }));

/** Everything in the Engine that carries a stack's label. */
export interface StackObjects {
  readonly containers: readonly {
    readonly id: string;
    readonly name: string;
    readonly state: string;
    readonly service: string | undefined;
  }[];
  readonly networks: readonly { readonly id: string; readonly name: string }[];
  readonly volumes: readonly string[];
  /** References. */
  readonly images: readonly string[];
}

/** Look at what the Engine holds of a stack. */
export async function observeStack(stack: string): Promise<StackObjects> {
  const filter = (filters: object): string => encodeURIComponent(JSON.stringify(filters));
  const label = filter({ label: [`dev.qclock.stack=${stack}`] });
  const [containers, networks, volumes, images] = await Promise.all([
    engineApi("GET", `/containers/json?all=1&filters=${label}`),
    engineApi("GET", `/networks?filters=${label}`),
    engineApi("GET", `/volumes?filters=${label}`),
    engineApi(
      "GET",
      `/images/json?filters=${filter({ reference: [`qclock.invalid/${stack}/*`] })}`,
    ),
  ]);
  return {
    containers: containersSchema
      .parse(containers)
      .map(({ Id, Names, State, Labels }) => ({
        id: Id,
        name: (Names[0] ?? "").replace(/^\//, ""),
        state: State,
        service: Labels["dev.qclock.service"],
      }))
      .toSorted(byName),
    networks: networksSchema
      .parse(networks)
      .map(({ Id, Name }) => ({ id: Id, name: Name }))
      .toSorted(byName),
    volumes: (volumesSchema.parse(volumes).Volumes ?? []).map(({ Name }) => Name).toSorted(),
    images: imagesSchema
      .parse(images)
      .flatMap(({ RepoTags }) => RepoTags ?? [])
      .toSorted(),
  };
}

/** The Engine keeps no order. */
function byName(one: { readonly name: string }, other: { readonly name: string }): number {
  return one.name.localeCompare(other.name);
}

/**
 * Remove all that, whatever state a test left it in. Only what carries the stack's label or name.
 */
export async function removeStack(stack: string): Promise<void> {
  const { containers, networks, volumes, images } = await observeStack(stack);
  for (const { id } of containers)
    await engineApi("DELETE", `/containers/${id}?force=1&v=1`).catch(ignoreAbsence);
  for (const { id } of networks) await engineApi("DELETE", `/networks/${id}`).catch(ignoreAbsence);
  for (const name of volumes) await engineApi("DELETE", `/volumes/${name}`).catch(ignoreAbsence);
  for (const name of images)
    await engineApi("DELETE", `/images/${name}?force=1`).catch(ignoreAbsence);
}

function ignoreAbsence(error: unknown): void {
  if (!(error instanceof Error) || !error.message.includes(": 404 ")) throw error;
}
