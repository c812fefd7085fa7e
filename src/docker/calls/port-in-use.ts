import * as z from "zod/mini";
import { QclockError } from "../../error.ts";
import { labels } from "../../stack/labels.ts";
import type { EngineClient } from "../connection/client.ts";
import { engineStatus } from "../errors.ts";
import { findListener } from "./listener.ts";

const bindingsSchema = z.object({
  Name: z.string(),
  HostConfig: z.object({
    PortBindings: z.nullish(
      z.record(
        z.string(),
        z.nullish(
          z.array(
            z.object({ HostIp: z._default(z.string(), ""), HostPort: z._default(z.string(), "") }),
          ),
        ),
      ),
    ),
  }),
});

const listSchema = z.array(
  z.object({
    Names: z.nullish(z.array(z.string())),
    Labels: z.nullish(z.record(z.string(), z.string())),
    Ports: z.nullish(
      z.array(
        z.object({
          IP: z.optional(z.string()),
          PublicPort: z.optional(z.number()),
          Type: z.string(),
        }),
      ),
    ),
  }),
);

interface Wanted {
  readonly address: string;
  readonly port: number;
  readonly protocol: string;
}

/**
 * Who holds the port that a start failed on. The Engine reports it as 500 and in words that differ
 * by version ("port is already allocated", "address already in use"), so that here the words decide
 * whether to look at all; what is said then comes from looking. Undefined when the failure was
 * another one.
 */
export async function explainPortInUse(
  client: EngineClient,
  id: string,
  error: unknown,
): Promise<QclockError | undefined> {
  if (!(error instanceof QclockError) || (engineStatus(error) ?? 0) < 400) return undefined;
  if (!/already allocated|already in use|failed to bind/iu.test(error.message)) return undefined;
  const operation = "look for the owner of a port";
  const own = bindingsSchema.safeParse(
    await client.http.find({ path: `/containers/${encodeURIComponent(id)}/json`, operation }),
  );
  if (!own.success) return undefined;
  const wanted = wantedPorts(own.data);
  const listed = listSchema.safeParse(
    await client.http.get({ path: "/containers/json", operation }),
  );
  for (const port of wanted) {
    const holder = listed.success ? containerHolding(listed.data, port) : undefined;
    const owner =
      holder ?? (client.endpoint.local ? await findListener(port.port, port.protocol) : undefined);
    if (owner !== undefined) return inUse(port, owner, error);
  }
  const only = wanted.length === 1 ? wanted[0] : undefined;
  return new QclockError(
    "port-in-use",
    only === undefined
      ? `A port that container ${own.data.Name.slice(1)} publishes is in use.`
      : `Port ${only.address}:${only.port} is in use.`,
    {
      cause: error,
      hint: "Give the service another port in the manifest, or stop what holds this one.",
      details: [error.message],
    },
  );
}

function inUse({ address, port }: Wanted, owner: string, cause: QclockError): QclockError {
  return new QclockError("port-in-use", `Port ${address}:${port} is in use by ${owner}.`, {
    cause,
    hint: "Give the service another port in the manifest, or stop what holds this one.",
  });
}

function wantedPorts({
  HostConfig: { PortBindings },
}: z.infer<typeof bindingsSchema>): readonly Wanted[] {
  return Object.entries(PortBindings ?? {}).flatMap(([key, bindings]) =>
    (bindings ?? [])
      .filter(({ HostPort }) => HostPort !== "" && HostPort !== "0")
      .map(({ HostIp, HostPort }) => ({
        address: HostIp === "" ? "0.0.0.0" : HostIp,
        port: Number(HostPort),
        protocol: key.split("/")[1] ?? "tcp",
      })),
  );
}

function containerHolding(
  containers: z.infer<typeof listSchema>,
  wanted: Wanted,
): string | undefined {
  const holder = containers.find(({ Ports }) =>
    (Ports ?? []).some(
      ({ IP = "", PublicPort, Type }) =>
        PublicPort === wanted.port && Type === wanted.protocol && overlaps(IP, wanted.address),
    ),
  );
  if (holder === undefined) return undefined;
  const stack = holder.Labels?.[labels.stack];
  const name = (holder.Names?.[0] ?? "").replace(/^\//u, "");
  return stack === undefined ? `container ${name}` : `container ${name} of stack ${stack}`;
}

function overlaps(left: string, right: string): boolean {
  return left === right || everywhere.has(left) || everywhere.has(right);
}

const everywhere = new Set(["", "0.0.0.0", "::"]);
