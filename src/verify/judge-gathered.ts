import { imageChecks, serviceChecks } from "./catalogue.ts";
import type { CheckResult } from "./check.ts";
import type { Found } from "./gather.ts";
import { type Judging, missing, runChecks } from "./run-checks.ts";
import type { ImageSubject, ServiceSubject } from "./subject.ts";

export type JudgeRequest = Omit<Judging<unknown>, "subject" | "name">;

/** The checks of each image that was found, and of each that was not that it is missing. */
export function judgeImages(
  images: readonly Found<ImageSubject>[],
  request: JudgeRequest,
): readonly CheckResult[] {
  return images.flatMap(({ name: image, subject, failure }) => {
    const name = `image ${image}`;
    if (subject !== undefined) return runChecks(imageChecks, { ...request, subject, name });
    const absent =
      failure === undefined
        ? { what: "it is not in the Engine", hint: "Run qclock build." }
        : { what: failure };
    return missing(imageChecks, { ...request, name, presence: "IMG-023", ...absent });
  });
}

/** The same for services. */
export function judgeServices(
  services: readonly Found<ServiceSubject>[],
  request: JudgeRequest,
): readonly CheckResult[] {
  return services.flatMap(({ name: service, subject, failure }) => {
    const name = `service ${service}`;
    if (subject !== undefined) return runChecks(serviceChecks, { ...request, subject, name });
    const absent =
      failure === undefined
        ? { what: "it has no container", hint: "Run qclock up." }
        : { what: failure };
    return missing(serviceChecks, { ...request, name, presence: "RUN-019", ...absent });
  });
}
