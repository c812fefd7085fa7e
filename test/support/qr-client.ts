import * as z from "zod";
import { engineApi } from "./engine-api.ts";

/** What the API of the stack qrcode answered to one request for a code. */
export interface CodeAnswer {
  readonly status: number;
  readonly body: Buffer;
  readonly retryAfter: string | null;
  readonly durationMs: number;
}

/** Ask for one code. */
export async function makeCode(url: string, text: string): Promise<CodeAnswer> {
  const startedAt = performance.now();
  const answer = await fetch(new URL("/api/codes", url), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ text }),
  });
  return {
    status: answer.status,
    body: Buffer.from(await answer.arrayBuffer()),
    retryAfter: answer.headers.get("Retry-After"),
    durationMs: performance.now() - startedAt,
  };
}

/** Ask for a code of each text, so many at a time; the answers are in the texts' order. */
export async function makeCodes(
  url: string,
  texts: readonly string[],
  atOnce: number,
): Promise<readonly CodeAnswer[]> {
  const answers: CodeAnswer[] = [];
  const rest = texts.entries();
  const client = async (): Promise<void> => {
    for (const [index, text] of rest) answers[index] = await makeCode(url, text);
  };
  await Promise.all(Array.from({ length: atOnce }, client));
  return answers;
}

/** Texts as people put into codes, each different from all others. */
export function someTexts(count: number): readonly string[] {
  const forms = [
    (number: number) => `https://shop.example/items/${number}?from=code`,
    (number: number) => `WIFI:T:WPA;S:guest-${number};P:p;a$$;;`,
    (number: number) => `Größe ${number}: ☕ für 2,50 €`,
    (number: number) => `BEGIN:VCARD\nVERSION:3.0\nFN:Person ${number}\nEND:VCARD\n`,
    (number: number) => String(number).repeat(40),
  ];
  return Array.from({ length: count }, (_, number) => forms[number % forms.length]?.(number) ?? "");
}

/** Ids of the workers of a stack that are there, in whatever state. */
export async function workersOf(stack: string): Promise<readonly string[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`qrcode.worker=${stack}`] }));
  const found = await engineApi("GET", `/containers/json?all=1&filters=${filters}`);
  return z
    .array(z.object({ Id: z.string() }))
    .parse(found)
    .map(({ Id }) => Id);
}

const statsSchema = z.object({
  running: z.number(),
  waiting: z.number(),
  jobs: z.record(z.string(), z.number()),
  refused: z.record(z.string(), z.number()),
  swept: z.number(),
});

/** What the broker has counted since its start. */
export async function readStats(url: string): Promise<z.infer<typeof statsSchema>> {
  return statsSchema.parse(await (await fetch(new URL("/api/stats", url))).json());
}
