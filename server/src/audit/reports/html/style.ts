/** Colours that people who see few still tell apart, each beside its word; on light and on dark. */
export const STYLE = `
:root {
	color-scheme: light dark;
	--page: #fff; --text: #1c2128; --soft: #59636e; --line: #d5dae0; --raised: #f5f7f9; --mark: #fff4d6; --link: #0b5cad;
	--bug: #c03a1d; --convert: #dd8500; --benefit: #4aa3d8; --keep: #5a6fb0; --ok: #1a7757;
}
@media (prefers-color-scheme: dark) {
	:root {
		--page: #14171b; --text: #e3e7ec; --soft: #9aa5b1; --line: #333a43; --raised: #1d2127; --mark: #3a3016; --link: #7db7f0;
		--bug: #ef6b4d; --convert: #eaa13a; --benefit: #67b7e6; --keep: #8b9ede; --ok: #45b58c;
	}
}
/* Who asks for contrast gets black and white; what colour says elsewhere, lines and words say here. */
@media (prefers-contrast: more) {
	:root { --page: Canvas; --text: CanvasText; --soft: CanvasText; --line: CanvasText; --raised: Canvas; --mark: Canvas; --link: LinkText; }
	:root { --bug: CanvasText; --convert: CanvasText; --benefit: CanvasText; --keep: CanvasText; --ok: CanvasText; }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
body {
	margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 74rem;
	font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page);
}
h1 { margin: 0; font-size: 1.6rem; line-height: 1.25; }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.15rem; }
h3 { margin: 1.25rem 0 .5rem; font-size: 1rem; }
code, pre { font-family: ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; font-size: .87em; }
/* Not "anywhere": a column would become narrower than a word. */
code { overflow-wrap: break-word; }
.whole { display: inline-block; max-width: 100%; }
.meta, #shown { color: var(--soft); font-weight: normal; }
.meta { margin: .35rem 0; font-size: .9rem; }
.partial { color: var(--bug); font-weight: 600; }
.tiles { display: grid; grid-template-columns: repeat(5, 1fr); gap: .75rem; margin: 1.5rem 0 0; padding: 0; list-style: none; }
.tiles li { padding: .7rem .9rem; background: var(--raised); border-left: 4px solid; border-radius: 4px; }
.tiles strong { display: block; font-size: 1.7rem; line-height: 1.1; font-variant-numeric: tabular-nums; }
.tiles span { display: block; margin-top: .2rem; color: var(--soft); font-size: .8rem; line-height: 1.35; }
li.bug { border-color: var(--bug); } li.convert { border-color: var(--convert); } li.benefit { border-color: var(--benefit); }
li.keep { border-color: var(--keep); } li.ok { border-color: var(--ok); }
rect.bug { fill: var(--bug); } rect.convert { fill: var(--convert); } rect.benefit { fill: var(--benefit); }
rect.keep { fill: var(--keep); } rect.ok { fill: var(--ok); }
.badge { display: inline-block; min-width: 4.6em; padding: 0 .5em; border: 1px solid; border-radius: 1em; text-align: center; font-size: .8rem; font-weight: 600; }
.badge.bug { color: var(--bug); } .badge.convert { color: var(--convert); } .badge.benefit { color: var(--benefit); }
.badge.keep { color: var(--keep); } .badge.ok { color: var(--ok); }
@media (prefers-color-scheme: light) { .badge.convert { color: #9a5b00; } .badge.benefit { color: #1c6fa0; } }
table { width: 100%; border-collapse: collapse; }
th { text-align: left; font-weight: 600; }
thead th { padding: .3rem .6rem; color: var(--soft); font-size: .8rem; font-weight: normal; border-bottom: 1px solid var(--line); }
.number { width: 5.5rem; text-align: right; font-variant-numeric: tabular-nums; }
.chart tbody th { width: 13rem; padding: .1rem .6rem; font-weight: normal; white-space: nowrap; }
.chart td { padding: .1rem .6rem; }
.chart button { padding: 0; border: 0; background: none; color: var(--link); font: inherit; cursor: pointer; }
.chart button:hover { text-decoration: underline; }
.bar { display: block; width: 100%; height: 14px; border-radius: 2px; }
.burndown { max-width: 100%; height: auto; font-size: 12px; }
.burndown text { fill: var(--soft); } .burndown .value { fill: var(--text); font-weight: 600; }
.burndown .gain { fill: var(--soft); font-weight: normal; }
.burndown line { stroke: var(--line); }
figure { margin: 0; }
.compared > figure { max-width: 100%; }
.compared { display: flex; flex-wrap: wrap; gap: 0 3rem; } .compared > div { flex: 1 1 24rem; min-width: 0; }
.compared h3 { margin-top: 0; } figcaption { color: var(--soft); font-size: .85rem; }
summary { cursor: pointer; }
section > details > summary { padding: .4rem .6rem; color: var(--soft); }
.group { margin: .2rem 0; } .group ul { margin: .3rem 0 .8rem; padding-left: 1.4rem; }
.group li { margin: .15rem 0; }
form { display: flex; flex-wrap: wrap; gap: .6rem 1rem; align-items: end; margin-bottom: 1rem; }
form[hidden] { display: none; }
form label > span, legend { display: block; padding: 0; color: var(--soft); font-size: .8rem; }
input[type=search], select {
	min-width: 17rem; padding: .35rem .5rem; border: 1px solid var(--line); border-radius: 4px;
	background: var(--page); color: var(--text); font: inherit;
}
select { min-width: 9rem; }
fieldset { display: flex; flex-wrap: wrap; gap: .2rem .8rem; margin: 0; padding: 0; border: 0; }
.choice { padding: .35rem 0; }
.sites tbody { border-bottom: 1px solid var(--line); }
.sites tbody[hidden] { display: none; }
.sites td { padding: .55rem .6rem 0; vertical-align: top; }
.sites td:first-child { width: 6.5rem; } .sites td:nth-child(3) { width: 13rem; } .sites td:nth-child(4) { width: 13rem; }
.sites tr:first-child td:nth-child(5) { width: 15rem; }
.sites .why td { padding: .15rem .6rem .55rem; width: auto; }
.path { font-weight: 600; }
.why summary { color: var(--soft); }
.code { margin: .6rem 0; border: 1px solid var(--line); border-radius: 4px; overflow: hidden; }
.code figcaption { padding: .25rem .75rem; background: var(--raised); font-size: .8rem; }
.code pre { margin: 0; padding: .5rem 0; overflow-x: auto; line-height: 1.45; }
.line, .gap, .note { display: block; width: max-content; min-width: 100%; padding: 0 .75rem; }
.line.site { background: var(--mark); font-weight: 600; }
.gutter, .gap { color: var(--soft); font-weight: normal; user-select: none; }
.note { padding-left: 4.6rem; color: var(--link); font-family: system-ui, sans-serif; width: auto; white-space: normal; }
.note::before { content: '↑ '; }
@media (max-width: 52rem) {
	.tiles { grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); }
	.chart tbody th { width: auto; }
	.chart .wide { width: 40%; }
	.sites thead { display: none; }
	.sites, .sites tbody, .sites tr { display: block; }
	.sites tr { padding: .3rem 0; }
	.sites td, .sites tr:first-child td:nth-child(n) { display: block; width: auto; padding: .1rem 0; }
	.sites td:empty { display: none; }
	.extra::before { content: attr(data-label) ': '; color: var(--soft); font-size: .85rem; }
	.extra:empty::before { content: none; }
	.why td { padding: 0; }
	input[type=search] { min-width: 0; width: 100%; }
	form label:first-child { flex: 1 1 100%; }
}
@media (prefers-contrast: more) {
	.tiles li, .badge { border: 1px solid; }
	.badge.bug, .badge.convert, .badge.benefit, .badge.keep, .badge.ok { color: CanvasText; }
	rect.bug, rect.convert { fill: CanvasText; } rect.benefit, rect.keep, rect.ok { fill: Canvas; stroke: CanvasText; }
	.line.site { outline: 2px solid; outline-offset: -2px; }
	a, .chart button { text-decoration: underline; }
	:focus-visible { outline: 2px solid; outline-offset: 2px; }
}
@media print { form { display: none; } }
`;
