import type { RunContext } from "../run/context.ts";
import type { RunReport } from "../run/execution/event.ts";
import { withStack } from "./open/context.ts";
import type { Session } from "./open/session.ts";
import { exitCodeOfReport } from "./process/exit-code.ts";
import { publishedUrls } from "../run/services/urls.ts";

/**
 * Carry out `start` or `restart`, and tell where the services can be reached: the Engine may choose
 * another port.
 */
export async function bringBack(
  session: Session,
  services: readonly string[],
  act: (context: RunContext, options: { services?: readonly string[] }) => Promise<RunReport>,
): Promise<number> {
  return await withStack(session, async (context) => {
    const report = await act(context, services.length === 0 ? {} : { services });
    await session.settle();
    const urls = report.status === "succeeded" ? await publishedUrls(context, services) : [];
    if (session.settings.json) session.printReport(session.command, report, { urls });
    else for (const { url } of urls) session.print(url);
    return exitCodeOfReport(report);
  });
}
