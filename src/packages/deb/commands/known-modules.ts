/**
 * What the modules of Debian's packages say of themselves when they are loaded, as their query
 * programs write it. Modules are programs: what they say is known here, not found out. That a file
 * is the module that is meant is told by the texts that it holds.
 */
type ModuleTable = Readonly<Record<string, readonly string[]>>;

/** Loaders of GdkPixbuf, by the names of their files. */
export const pixbufLoaders: ModuleTable = {
  "io-wmf.so": [
    '"wmf" 0 "gdk-pixbuf" "Windows Metafile" ""',
    '"image/x-wmf" ""',
    '"wmf" "apm" ""',
    String.raw`"\327\315\306\232" "" 100`,
    String.raw`"\001" "" 100`,
  ],
  "libpixbufloader-ani.so": [
    '"ani" 4 "gdk-pixbuf" "Windows animated cursor" "LGPL"',
    '"application/x-navi-animation" ""',
    '"ani" ""',
    '"RIFF    ACON" "    xxxx    " 100',
  ],
  "libpixbufloader-avif.so": [
    '"avif" 5 "gdk-pixbuf" "AV1 Image File Format" "BSD"',
    '"image/avif" ""',
    '"avif" ""',
    '"    ftypavif" "zzz         " 100',
  ],
  "libpixbufloader-bmp.so": [
    '"bmp" 5 "gdk-pixbuf" "BMP" "LGPL"',
    '"image/bmp" "image/x-bmp" "image/x-MS-bmp" ""',
    '"bmp" ""',
    '"BM" "" 100',
  ],
  "libpixbufloader-gif.so": [
    '"gif" 4 "gdk-pixbuf" "GIF" "LGPL"',
    '"image/gif" ""',
    '"gif" ""',
    '"GIF8" "" 100',
  ],
  "libpixbufloader-heif.so": [
    '"heif/avif" 4 "pixbufloader-heif" "HEIF/AVIF Image" "LGPL3"',
    '"image/heif" "image/heic" "image/avif" ""',
    '"heif" "heic" "avif" ""',
    '"    ftyp" "xxxx    " 100',
  ],
  "libpixbufloader-icns.so": [
    '"icns" 4 "gdk-pixbuf" "MacOS X icon" "GPL"',
    '"image/x-icns" ""',
    '"icns" ""',
    '"icns" "" 100',
  ],
  "libpixbufloader-ico.so": [
    '"ico" 5 "gdk-pixbuf" "Windows icon" "LGPL"',
    '"image/x-icon" "image/x-ico" "image/x-win-bitmap" "image/vnd.microsoft.icon" "application/ico" "image/ico" "image/icon" "text/ico" ""',
    '"ico" "cur" ""',
    String.raw`"  \001   " "zz znz" 100`,
    String.raw`"  \002   " "zz znz" 100`,
  ],
  "libpixbufloader-pnm.so": [
    '"pnm" 4 "gdk-pixbuf" "PNM/PBM/PGM/PPM" "LGPL"',
    '"image/x-portable-anymap" "image/x-portable-bitmap" "image/x-portable-graymap" "image/x-portable-pixmap" ""',
    '"pnm" "pbm" "pgm" "ppm" ""',
    '"P1" "" 100',
    '"P2" "" 100',
    '"P3" "" 100',
    '"P4" "" 100',
    '"P5" "" 100',
    '"P6" "" 100',
  ],
  "libpixbufloader-qtif.so": [
    '"qtif" 4 "gdk-pixbuf" "QuickTime" "LGPL"',
    '"image/x-quicktime" "image/qtif" ""',
    '"qtif" "qif" ""',
    '"abcdidsc" "xxxx    " 100',
    '"abcdidat" "xxxx    " 100',
  ],
  "libpixbufloader-svg.so": [
    '"svg" 6 "gdk-pixbuf" "Scalable Vector Graphics" "LGPL"',
    '"image/svg+xml" "image/svg" "image/svg-xml" "image/vnd.adobe.svg+xml" "text/xml-svg" "image/svg+xml-compressed" ""',
    '"svg" "svgz" "svg.gz" ""',
    '" <svg" "*    " 100',
    '" <!DOCTYPE svg" "*             " 100',
  ],
  "libpixbufloader-tga.so": [
    '"tga" 4 "gdk-pixbuf" "Targa" "LGPL"',
    '"image/x-tga" ""',
    '"tga" "targa" ""',
    String.raw`" \001\001" "x  " 100`,
    String.raw`" \001\t" "x  " 100`,
    String.raw`"  \002" "xz " 99`,
    String.raw`"  \003" "xz " 100`,
    String.raw`"  \n" "xz " 100`,
    String.raw`"  \v" "xz " 100`,
  ],
  "libpixbufloader-tiff.so": [
    '"tiff" 5 "gdk-pixbuf" "TIFF" "LGPL"',
    '"image/tiff" ""',
    '"tiff" "tif" ""',
    '"MM *" "  z " 100',
    '"II* " "   z" 100',
    String.raw`"II* \020   CR\002 " "   z zzz   z" 0`,
  ],
  "libpixbufloader-webp.so": [
    '"webp" 5 "gdk-pixbuf" "The WebP image format" "LGPL"',
    '"image/webp" "audio/x-riff" ""',
    '"webp" ""',
    '"RIFFsizeWEBP" "    xxxx    " 100',
  ],
  "libpixbufloader-xbm.so": [
    '"xbm" 4 "gdk-pixbuf" "XBM" "LGPL"',
    '"image/x-xbitmap" ""',
    '"xbm" ""',
    '"#define " "" 100',
    '"/*" "" 50',
  ],
  "libpixbufloader-xpm.so": [
    '"xpm" 4 "gdk-pixbuf" "XPM" "LGPL"',
    '"image/x-xpixmap" ""',
    '"xpm" ""',
    '"/* XPM */" "" 100',
  ],
};

/** Input methods of GTK 2 and 3; `gtkNN` stands for the domain of the version. */
export const inputMethods: ModuleTable = {
  "im-am-et.so": ['"am_et" "Amharic (EZ+)" "gtkNN" "/usr/share/locale" "am" '],
  "im-broadway.so": ['"broadway" "Broadway" "gtkNN" "/usr/share/locale" "" '],
  "im-cedilla.so": [
    '"cedilla" "Cedilla" "gtkNN" "/usr/share/locale" "az:ca:co:fr:gv:oc:pt:sq:tr:wa" ',
  ],
  "im-cyrillic-translit.so": [
    '"cyrillic_translit" "Cyrillic (Transliterated)" "gtkNN" "/usr/share/locale" "" ',
  ],
  "im-fcitx5.so": [
    '"fcitx" "Fcitx5 (Flexible Input Method Framework5)" "fcitx5" "/usr/locale" "ja:ko:zh:*" ',
    '"fcitx5" "Fcitx5 (Flexible Input Method Framework5)" "fcitx5" "/usr/locale" "ja:ko:zh:*" ',
  ],
  "im-gcin.so": ['"gcin" "gcin Input Method" "gcin" "/usr/share/locale" "zh:ja" '],
  "im-hime.so": ['"hime" "hime Input Method" "hime" "/usr/share/locale" "zh:ja" '],
  "im-ibus.so": ['"ibus" "IBus (Intelligent Input Bus)" "ibus" "" "ja:ko:zh:*" '],
  "im-inuktitut.so": ['"inuktitut" "Inuktitut (Transliterated)" "gtkNN" "/usr/share/locale" "iu" '],
  "im-ipa.so": ['"ipa" "IPA" "gtkNN" "/usr/share/locale" "" '],
  "im-multipress.so": ['"multipress" "Multipress" "gtkNN" "/usr/share/locale" "" '],
  "2.0/im-multipress.so": ['"multipress" "Multipress" "gtkNN" "" "" '],
  "im-scim.so": ['"scim" "SCIM Input Method" "" "" "" '],
  "im-thai.so": ['"thai" "Thai-Lao" "gtkNN" "/usr/share/locale" "lo:th" '],
  "im-ti-er.so": ['"ti_er" "Tigrigna-Eritrean (EZ+)" "gtkNN" "/usr/share/locale" "ti" '],
  "im-ti-et.so": ['"ti_et" "Tigrigna-Ethiopian (EZ+)" "gtkNN" "/usr/share/locale" "ti" '],
  "im-uim.so": ['"uim" "uim" "uim" "/usr/share/locale" "ja:ko:zh:*" '],
  "im-viqr.so": ['"viqr" "Vietnamese (VIQR)" "gtkNN" "/usr/share/locale" "" '],
  "im-wayland.so": ['"wayland" "Wayland" "gtkNN" "/usr/share/locale" "" '],
  "im-xim.so": ['"xim" "X Input Method" "gtkNN" "/usr/share/locale" "ko:ja:th:zh" '],
};
