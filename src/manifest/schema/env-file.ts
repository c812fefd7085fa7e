import * as z from "zod";

/** Files of variables of a service, as compose has them. */
export const envFileSchema = z
  .union([
    z.string(),
    z.array(
      z.union([
        z.string(),
        z.strictObject({
          path: z
            .string()
            .meta({ description: "A file of the project.", examples: ["config/app.env"] }),
          required: z
            .boolean()
            .default(true)
            .meta({
              description: "Whether the file must be there.",
              examples: [false],
            }),
          format: z
            .literal("raw")
            .optional()
            .meta({
              description: "`raw` takes what follows `=` as it is: no quotes, no variables.",
              examples: ["raw"],
            }),
        }),
      ]),
    ),
  ])
  .meta({
    description:
      "Files of variables, read as `.env` is; of several the later counts, and `environment` goes before all. A change makes the container again.",
    examples: [["config/app.env"]],
  });
