/** The tables of docs/review-guide.md, from the facts of the newest kernel. */
import { API_RECORDS } from '../server/src/kernel/apis/index.js';
import { PIN_CASES } from '../server/src/kernel/cases.js';
import { newestKernel } from '../server/src/kernel/index.js';

const HELD = {
	reference: 'a reference',
	pin: 'a pin',
	extracted: "a pin for user memory, nothing for the kernel's",
	region: 'a memory region with its pins',
	iova: 'guest pages pinned by VFIO',
} as const;

/** Functions by what their caller holds afterwards, and how this kernel releases it. */
function functions(): string {
	const kernel = newestKernel();
	const here = new Set([...kernel.apis()].map(({ name }) => name));
	const recorded = new Set(API_RECORDS.map(({ name }) => name));
	const rows = new Map<string, string[]>();
	for (const { name, record } of kernel.apis()) {
		const releases = record.releasedBy.filter((release) => here.has(release) || !recorded.has(release));
		if (record.takes === 'none' || record.group === 'release' || releases.length === 0) continue;
		const row = `${HELD[record.takes]} | ${releases.map(call).join(', ')} |`;
		rows.set(row, [...(rows.get(row) ?? []), call(name)]);
	}
	const lines = [...rows].map(([row, names]) => `| ${names.join(', ')} | ${row}`);
	return [`| Linux ${kernel.version} | the caller holds | released by |`, '|---|---|---|', ...lines].join('\n');
}

function call(name: string): string {
	return `\`${name}()\``;
}

function cases(): string {
	return PIN_CASES.map(({ number, title, text }) => `${number}. **${title}**: ${text}`).join('\n');
}

const PARTS: Readonly<Record<string, () => string>> = { functions, cases };

/** `text` with its generated parts renewed. */
export function withFacts(text: string): string {
	return Object.entries(PARTS).reduce(
		(made, [name, part]) =>
			made.replace(
				new RegExp(`(<!-- ${name}: npm run generate -->\n)[\\s\\S]*?(<!-- end of ${name} -->)`),
				(_, start: string, end: string) => `${start}${part()}\n${end}`,
			),
		text,
	);
}
