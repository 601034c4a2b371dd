/** Subjects of the mails of a run: as the subsystem writes them, short enough, and no two alike. */
import type { SubjectStyle } from '../../kernel/subjects.js';
import { oneLine } from '../../workspace/wording.js';

/** Documentation/process/submitting-patches.rst: the summary has no more than 70-75 characters. */
const LONGEST = 75;

/** What a mail does, in words of which the first that fit are taken. */
export interface Summary {
	readonly style: SubjectStyle;
	/** From the longest to the shortest. */
	readonly general: readonly string[];
	/** With the function: where another mail would have the same subject. */
	readonly named: readonly string[];
}

function capitalised(words: string): string {
	return words.slice(0, 1).toUpperCase() + words.slice(1);
}

/** The first that is short enough; else the shortest, cut. */
function fitting({ prefix, capital }: SubjectStyle, candidates: readonly string[], room: number): string {
	const all = candidates.map((words) => oneLine(`${prefix}: ${capital ? capitalised(words) : words}`));
	const [shortest = ''] = [...all].sort((a, b) => a.length - b.length);
	return all.find(({ length }) => length <= room) ?? shortest.slice(0, room);
}

/** A subject for each, without "[PATCH]". */
export function subjectsOf(summaries: readonly Summary[]): readonly string[] {
	const general = summaries.map(({ style, general }) => fitting(style, general, LONGEST));
	const isAlone = (subjects: readonly string[], subject: string): boolean =>
		subjects.filter((other) => other === subject).length === 1;
	const named = summaries.map(({ style, named }, i) => {
		const subject = general[i] as string;
		return isAlone(general, subject) ? subject : fitting(style, named, LONGEST);
	});
	const taken = new Set<string>();
	return named.map((subject) => {
		let unique = subject;
		for (let number = 2; taken.has(unique); number++) {
			const end = ` (${number})`;
			unique = subject.slice(0, LONGEST - end.length) + end;
		}
		taken.add(unique);
		return unique;
	});
}
