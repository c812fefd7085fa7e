import { countOf } from "../../count.ts";
import type { RunContext } from "../../run/context.ts";
import { inPhase } from "../../run/execution/phase.ts";
import { probeServices, type ProbeResult } from "../../run/services/probe-services.ts";
import type { Service } from "../../stack/stack.ts";
import type { CheckInfo, CheckResult } from "../check.ts";
import type { CheckGroup } from "../group.ts";
import type { Looker } from "../services/look.ts";

/** Probes of services that run at a time. */
const concurrency = 8;

/** Beyond a probe's own timeout, for the Engine to answer. */
const slackMs = 15_000;

/** Every probe of the manifest is a check of its own under this id. */
const probeCheck: CheckInfo = {
  id: "PRB-001",
  title: "its probes answer",
  severity: "critical",
  sources: ["goss http"],
};

/** Every probe of every service once, each as a check of its own. */
export const probeGroup: CheckGroup = {
  checks: [probeCheck],
  onDemand: false,
  run: async ({ context, stack, sight, lookerFor }) =>
    sight.engine === undefined ? [] : runProbes({ ...context, stack }, lookerFor(concurrency)),
};

async function runProbes(context: RunContext, look: Looker): Promise<readonly CheckResult[]> {
  const services = [...context.stack.services.values()];
  const results = await inPhase(
    context,
    { phase: "verify-probes", title: "Run every probe", unit: "items", note: countAnswered },
    async (onProgress) => {
      let done = 0;
      const probed = services.map(async (service) => {
        const found = await probeService(context, service, look);
        done += 1;
        onProgress(done, services.length);
        return found;
      });
      return (await Promise.all(probed)).flat();
    },
  );
  return results.map(toResult);
}

function countAnswered(results: readonly ProbeResult[]): string {
  const answered = results.filter(({ ok }) => ok).length;
  return `${answered} of ${countOf(results.length, "probe")} answered`;
}

async function probeService(
  context: RunContext,
  { name, probes }: Service,
  look: Looker,
): Promise<readonly ProbeResult[]> {
  const longest = Math.max(0, ...probes.map(({ timeoutMs }) => timeoutMs));
  const probed = await look(
    `the probes of service ${name}`,
    (signal) => probeServices({ ...context, signal }, { services: [name] }),
    longest + slackMs,
  );
  if (probed.value !== undefined) return probed.value;
  const names = probes.length === 0 ? ["container"] : probes.map((probe) => probe.name);
  const message = probed.failure ?? "";
  return names.map((probe) => ({ service: name, probe, ok: false, message, durationMs: 0 }));
}

function toResult({ service, probe, ok, message, durationMs }: ProbeResult): CheckResult {
  return {
    check: { ...probeCheck, title: `probe ${probe} answers` },
    subject: `service ${service}`,
    verdict: ok
      ? { status: "passed", note: message }
      : { status: "failed", evidence: [message], hint: `See qclock logs ${service}.` },
    durationMs,
  };
}
