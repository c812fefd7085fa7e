import * as z from "zod";

/** Where what a service writes to its output goes, as compose has it. */
export const loggingSchema = z
  .strictObject({
    driver: z
      .string()
      .regex(/^[a-zA-Z0-9][\w./:-]*$/, "the name of a logging driver, such as `local`")
      .optional()
      .meta({
        description:
          "A logging driver of the Engine; the Engine's default when absent. One that sends the log elsewhere needs a reason, `policy.logging`.",
        examples: ["local"],
      }),
    options: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
      .optional()
      .meta({
        description:
          "The driver's own options. A log of `json-file` has 3 files of 10m unless `max-size` and `max-file` say otherwise.",
        examples: [{ "max-size": "50m" }],
      }),
  })
  .meta({
    description:
      "Where what it writes to its output goes. `qclock logs` reads it from all drivers but `none`.",
    examples: [{ driver: "local" }],
  });
