import { formatImageIds, formatImages } from "../../reporters/lists/images.ts";
import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { findService, withStack } from "../open/context.ts";

/** `qclock images` */
export function registerImages({ program, run }: Registry): void {
  const command = declareCommand(
    program,
    {
      usage: "images [services...]",
      summary: "Show the image that each container of the stack was made from",
      description:
        "An image whose name was given to a newer one since has no name; up makes such a container again. With --quiet the\n" +
        "ids alone are printed.",
      examples: [
        ["qclock images", "of all services that have a container"],
        ["qclock images --all", "also images that no container was made from"],
        ["qclock images --quiet app", "the id of one service's image"],
      ],
    },
    (each) => each.option("-a, --all", "also show images that no container was made from"),
  );
  command.action((names: string[], options: { all?: boolean }) =>
    run(command, (session) =>
      withStack(session, async (context) => {
        const services = names.map((name) => findService(context.stack, name));
        const { listImages } = await import("../../run/services/list-images.ts");
        const images = await listImages(context, { services, all: options.all === true });
        const { settings, style, columns } = session;
        await session.settle();
        if (settings.json) session.printDocument("images", { stack: context.stack.name, images });
        else if (settings.quiet) for (const id of formatImageIds(images)) session.print(id);
        else session.print(formatImages(images, { style, columns }));
        return 0;
      }),
    ),
  );
}
