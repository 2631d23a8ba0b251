import { dark, light, type Palette } from "../charts/palette.ts";

/** Pairs of the palette that stand on each other as text, with the contrast that each must have. */
export const textPairs: readonly (readonly [keyof Palette, keyof Palette])[] = [
  ["ink", "paper"],
  ["ink", "shade"],
  ["muted", "paper"],
  ["muted", "shade"],
  ["link", "paper"],
  ["link", "shade"],
  ["good", "paper"],
  ["unknown", "paper"],
  ["bad", "paper"],
];

const variables = (palette: Palette) =>
  Object.entries(palette)
    .map(([name, colour]) => `--${name}:${colour}`)
    .join(";");

/** The one style sheet: light and dark as the reader's system has it, no font or picture from elsewhere. */
export function styleSheet(): string {
  return `:root{color-scheme:light dark;${variables(light)}}
@media (prefers-color-scheme:dark){:root{${variables(dark)}}}
*{box-sizing:border-box}
html{scroll-behavior:auto;-webkit-text-size-adjust:100%}
body{margin:0;overflow-wrap:break-word;background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
a{color:var(--link);text-underline-offset:.15em}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:2px}
.skip{position:absolute;left:.5rem;top:-4rem;background:var(--paper);padding:.5rem 1rem;z-index:1}
.skip:focus{top:.5rem}
header,main,footer{max-width:62rem;margin:0 auto;padding:0 1rem}
header{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;align-items:baseline;padding-top:1rem;padding-bottom:.75rem;border-bottom:1px solid var(--line)}
header .home{font-weight:700;text-decoration:none;color:var(--ink)}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.1rem;list-style:none;margin:0;padding:0}
nav a{display:inline-block;padding:.25rem 0}
nav a[aria-current]{color:var(--ink);font-weight:600;text-decoration:none}
footer{margin-top:3rem;padding-top:1rem;padding-bottom:2rem;border-top:1px solid var(--line);color:var(--muted);font-size:.875rem}
h1{font-size:1.75rem;line-height:1.2;margin:1.75rem 0 .75rem}
h2{font-size:1.3rem;line-height:1.3;margin:2.25rem 0 .75rem}
h3{font-size:1.05rem;margin:1.5rem 0 .5rem}
p,ul,ol,dl{margin:.6rem 0}
code{font:.875em/1.4 ui-monospace,SFMono-Regular,Menlo,"DejaVu Sans Mono",monospace;background:var(--shade);padding:.1em .3em;border-radius:3px;overflow-wrap:anywhere}
.table code:not(.long){overflow-wrap:break-word}
.muted{color:var(--muted)}
.answer{border:1px solid var(--line);border-left:.5rem solid var(--muted);border-radius:6px;padding:.75rem 1rem;font-size:1.2rem;font-weight:600;margin:1rem 0}
.good{border-left-color:var(--good)}.bad{border-left-color:var(--bad)}.unknown{border-left-color:var(--unknown)}
.word{font-weight:700;white-space:nowrap}
.word.good{color:var(--good)}.word.bad{color:var(--bad)}.word.unknown{color:var(--unknown)}
.card{border:1px solid var(--line);border-radius:6px;padding:0 1rem 1rem;margin:1.25rem 0;display:grid;grid-template-columns:minmax(0,1fr);gap:0 1.5rem}
.card>*{grid-column:1}
.card h2{margin-top:1rem}
.card dl,main>dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.3rem 1rem}
dt{color:var(--muted)}dd{margin:0}
@media (min-width:58rem){.card{grid-template-columns:minmax(0,1fr) 420px}.card{grid-template-rows:auto auto auto 1fr}.card figure{grid-column:2;grid-row:1/span 4;margin-top:1rem}}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:1.5rem;align-items:start}
figure{margin:0;min-width:0}
img{max-width:100%;height:auto}
figure img{display:block}
figcaption{color:var(--muted);font-size:.875rem;margin:.4rem 0;max-width:420px}
details summary{cursor:pointer;color:var(--link);padding:.3rem 0}
.table{overflow-x:auto;margin:.75rem 0;border:1px solid var(--line);border-radius:6px}
table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{text-align:left;vertical-align:top;padding:.45rem .7rem;border-bottom:1px solid var(--line);min-width:5rem}
thead th{background:var(--shade)}
tbody th{font-weight:400;min-width:7.5rem}
tbody tr:last-child>*{border-bottom:0}
@media print{header nav,.skip{display:none}.table{overflow:visible}}
`;
}
