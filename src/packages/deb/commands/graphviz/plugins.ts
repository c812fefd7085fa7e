/** A plugin of Graphviz: its name, and what it has for each of Graphviz's interfaces. */
export interface Plugin {
  readonly name: string;
  /** `interface: type quality, …`, as the plugin lists them; an interface may come again. */
  readonly offers: readonly string[];
}

/**
 * What the plugins of Debian's libgvc6 (2.42.2 and 2.42.4) say of themselves when they are loaded,
 * by the names of their files. Plugins are programs: what they say is known here, not found out.
 */
export const plugins: Readonly<Record<string, Plugin>> = {
  "libgvplugin_core.so.6": {
    name: "core",
    offers: [
      "device: dot:dot 1, gv:dot 1, canon:dot 1, plain:dot 1, plain-ext:dot 1, xdot:xdot 1, xdot1.2:xdot 1, xdot1.4:xdot 1",
      "device: fig:fig 1",
      "device: ismap:map 1, cmap:map 1, imap:map 1, cmapx:map 1, imap_np:map 1, cmapx_np:map 1",
      "device: mp:mp -1",
      "device: ps:ps 1, ps2:ps 1, eps:ps 1",
      "device: svg:svg 1, svgz:svg 1",
      "device: json:json 1, json0:json 1, dot_json:json 1, xdot_json:json 1",
      "device: tk:tk 1",
      "device: vml:vml 1, vmlz:vml 1",
      "device: pic:pic -1",
      "device: pov:pov 1",
      "render: dot 1, xdot 1",
      "render: fig 1",
      "render: map 1",
      "render: mp -1",
      "render: ps 1",
      "render: svg 1",
      "render: json 1, json0 1, dot_json 1, xdot_json 1",
      "render: tk 1",
      "render: vml 1",
      "render: pic -1",
      "render: pov 1",
      "loadimage: png:svg 1, gif:svg 1, jpeg:svg 1, jpe:svg 1, jpg:svg 1, png:fig 1, gif:fig 1, jpeg:fig 1, jpe:fig 1, jpg:fig 1, png:vrml 1, gif:vrml 1, jpeg:vrml 1, jpe:vrml 1, jpg:vrml 1, eps:ps 1, ps:ps 1, (lib):ps 1, png:map 1, gif:map 1, jpeg:map 1, jpe:map 1, jpg:map 1, ps:map 1, eps:map 1, svg:map 1, png:dot 1, gif:dot 1, jpeg:dot 1, jpe:dot 1, jpg:dot 1, ps:dot 1, eps:dot 1, svg:dot 1, png:xdot 1, gif:xdot 1, jpeg:xdot 1, jpe:xdot 1, jpg:xdot 1, ps:xdot 1, eps:xdot 1, svg:xdot 1, svg:svg 1, png:vml 1, gif:vml 1, jpeg:vml 1, jpe:vml 1, jpg:vml 1, gif:tk 1",
    ],
  },
  "libgvplugin_dot_layout.so.6": {
    name: "dot_layout",
    offers: ["layout: dot 0"],
  },
  "libgvplugin_gd.so.6": {
    name: "gd",
    offers: [
      "render: gd 1",
      "render: vrml 1",
      "textlayout: textlayout 2",
      "loadimage: gd:gd 1, gd2:gd 1, gif:gd 1, jpeg:gd 1, jpe:gd 1, jpg:gd 1, png:gd 1, xbm:gd 1, gd:ps 1, gd:lasi 1, gd2:ps 1, gd2:lasi 1, gif:ps 1, gif:lasi 1, jpeg:ps 1, jpg:ps 1, jpe:ps 1, jpeg:lasi 1, jpg:lasi 1, jpe:lasi 1, png:ps 1, png:lasi 1, xbm:ps 1, xbm:lasi 1, gd:cairo 1, gd2:cairo 1, gif:cairo 1, jpeg:cairo 1, jpg:cairo 1, jpe:cairo 1, png:cairo -1, xbm:cairo 1",
      "device: gif:cairo 10, wbmp:cairo 5, jpe:cairo 5, jpeg:cairo 5, jpg:cairo 5, png:cairo 5, gd:cairo 5, gd2:cairo 5",
      "device: gif:gd 1, wbmp:gd 1, jpe:gd 1, jpeg:gd 1, jpg:gd 1, png:gd 1, gd:gd 1, gd2:gd 1",
      "device: vrml:vrml 1",
    ],
  },
  "libgvplugin_gdk.so.6": {
    name: "gdk",
    offers: [
      "device: bmp:cairo 6, ico:cairo 6, jpe:cairo 6, jpeg:cairo 6, jpg:cairo 6, png:cairo 6, tif:cairo 6, tiff:cairo 6",
      "loadimage: bmp:cairo 1, jpe:cairo 2, jpg:cairo 2, jpeg:cairo 2, png:cairo -1, ico:cairo 1",
    ],
  },
  "libgvplugin_gtk.so.6": {
    name: "gtk",
    offers: ["device: gtk:cairo 0"],
  },
  "libgvplugin_neato_layout.so.6": {
    name: "neato_layout",
    offers: [
      "layout: neato 0, fdp 0, sfdp 0, twopi 0, circo 0, patchwork 0, osage 0, nop 0, nop1 0, nop2 0",
    ],
  },
  "libgvplugin_pango.so.6": {
    name: "cairo",
    offers: [
      "render: cairo 10",
      "textlayout: textlayout 10",
      "loadimage: png:cairo 1, png:lasi 2, png:ps 2",
      "device: png:cairo 10, ps:cairo -10, eps:cairo -10, pdf:cairo 10, svg:cairo -10",
    ],
  },
  "libgvplugin_rsvg.so.6": {
    name: "rsvg",
    offers: ["loadimage: svg:cairo 1"],
  },
  "libgvplugin_visio.so.6": {
    name: "visio",
    offers: ["device: vdx:visio 1", "render: visio 1"],
  },
  "libgvplugin_webp.so.6": {
    name: "webp",
    offers: ["device: webp:cairo 1", "loadimage: webp:cairo 1"],
  },
  "libgvplugin_xlib.so.6": {
    name: "xlib",
    offers: ["device: xlib:cairo 0, x11:cairo 0"],
  },
};
