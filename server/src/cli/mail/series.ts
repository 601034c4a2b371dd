/** The patches of a run as a series: a cover letter, numbered mails in its thread, each to whom MAINTAINERS names. */
import { createHash } from 'node:crypto';
import { PINS_CONCERN } from '../../kernel/copies.js';
import type { Mailbox } from '../../workspace/maintainers/mailboxes.js';
import { Maintainers, type Recipients } from '../../workspace/maintainers/maintainers.js';
import { cover, type Left } from './cover.js';
import type { FileDiff } from './diffstat.js';
import { senderOf, subjects } from './mbox.js';
import { coverMail, type Envelope, type Patch, patchMail, tag } from './message.js';

/** Longest name of a file, as `git format-patch` has it, without its number and end. */
const LONGEST_NAME = 52;
/** Mail servers take no longer lists, and nobody reads them. */
const MOST_RECIPIENTS = 100;

/** One file of the series. */
export interface MailFile {
	readonly name: string;
	readonly bytes: Buffer;
	readonly recipients: number;
	/** Nobody of MAINTAINERS is missing. */
	readonly complete: boolean;
}

/** "0001-ublk-convert-iov_iter_get_pages2-to.patch" */
function fileName(number: number, subject: string): string {
	const slug = subject
		.replace(/[^A-Za-z0-9._]+/g, '-')
		.replace(/\.{2,}/g, '.')
		.slice(0, LONGEST_NAME)
		.replace(/^[-.]+|[-.]+$/g, '');
	return `${String(number).padStart(4, '0')}-${slug}.patch`;
}

/** Ids of the mails, cover letter first: of a time, of what they say, of who sends them. */
function idsOf(from: Mailbox, date: Date, subjects: readonly string[]): string[] {
	const stamp = date.toISOString().replace(/\D/g, '').slice(0, 14);
	const hash = createHash('sha256')
		.update(`${date.getTime()} ${process.pid} ${subjects.join('\n')}`)
		.digest('hex')
		.slice(0, 8);
	const address = /^[\w.+-]+@[\w.-]+$/.test(from.address) ? from.address : 'gup-lens@localhost';
	return ['', ...subjects].map((_, number) => `${stamp}.${hash}-${number}-${address}`);
}

/** To the maintainers, copies to reviewers and lists; nobody twice. */
function addressed(all: readonly Recipients[]): { to: Mailbox[]; cc: Mailbox[] } {
	const seen = new Set<string>();
	const fresh = (mailboxes: readonly Mailbox[]): Mailbox[] =>
		mailboxes.filter(({ address }) => {
			const key = address.toLowerCase();
			if (seen.has(key) || seen.size >= MOST_RECIPIENTS) return false;
			seen.add(key);
			return true;
		});
	const to = fresh(all.flatMap(({ maintainers }) => maintainers));
	return { to, cc: fresh(all.flatMap(({ reviewers, lists }) => [...reviewers, ...lists])) };
}

/**
 * The files of the series, in its order.
 * @param patches all of one tree, one at least
 * @param total what all of them change together
 * @param version of the kernel they were made for
 * @param left what was asked for, and is not converted
 */
export async function series(
	patches: readonly Patch[],
	total: readonly FileDiff[],
	version: string,
	left: readonly Left[],
): Promise<readonly MailFile[]> {
	const [{ root } = { root: '' }] = patches;
	const named = await subjects(patches);
	const from = await senderOf(root);
	const date = new Date();
	const ids = idsOf(from, date, named);
	const maintainers = new Maintainers(root);
	const concerned = maintainers.of([PINS_CONCERN]).lists;
	const isThread = patches.length > 1;
	const envelope = (number: number, subject: string): Envelope => ({
		from,
		// mails of one second have no order
		date: new Date(date.getTime() + number * 1000),
		subject: `${tag(number, patches.length)} ${subject}`,
		id: ids[number] as string,
		parent: isThread && number > 0 ? ids[0] : undefined,
	});
	const recipients: Recipients[] = [];
	const mails = patches.map((patch, i) => {
		const own = envelope(i + 1, named[i] as string);
		const files = patch.diffs.map(({ path }) => path);
		const owners = maintainers.of(files, patchMail(own, patch).toString('latin1'));
		const found = patch.conversion ? { ...owners, lists: [...owners.lists, ...concerned] } : owners;
		recipients.push(found);
		const { to, cc } = addressed([found]);
		return {
			name: fileName(i + 1, named[i] as string),
			bytes: patchMail({ ...own, to, cc }, patch),
			recipients: to.length + cc.length,
			complete: found.complete,
		};
	});
	if (!isThread) return mails;
	const { subject, paragraphs, rest } = cover(patches, named, total, from, version, left);
	const { to, cc } = addressed(recipients);
	const first = {
		name: '0000-cover-letter.patch',
		bytes: coverMail({ ...envelope(0, subject), to, cc }, paragraphs, rest),
		recipients: to.length + cc.length,
		complete: recipients.every(({ complete }) => complete),
	};
	return [first, ...mails];
}
