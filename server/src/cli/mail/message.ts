/** A patch as a mail that git, b4 and checkpatch.pl read. */

import type { Mailbox } from '../../workspace/maintainers/mailboxes.js';
import { diffstat, type FileDiff } from './diffstat.js';
import { addressHeader, mailbox, textHeader } from './headers.js';
import { wrapped } from './wrap.js';

/** One patch, whatever it does. */
export interface Patch {
	/** Folder the diffs apply in, absolute. */
	readonly root: string;
	/** Of the file it is mainly about, from there. */
	readonly path: string;
	/** What it does, for its subject: from the longest to the shortest; and the same with the function. */
	readonly general: readonly string[];
	readonly named: readonly string[];
	/** Paragraphs above the line. */
	readonly changelog: readonly string[];
	/** "Fixes: ...", and the like. */
	readonly trailers: readonly string[];
	/** Paragraphs below the line. */
	readonly remarks: readonly string[];
	readonly diffs: readonly FileDiff[];
	/** A person has to decide something first. */
	readonly isDraft?: boolean;
	/** Of a conversion: what it replaces, and whether the pins are long-term ones. */
	readonly conversion?: { readonly former: readonly string[]; readonly longterm: boolean };
}

/** What the headers say. */
export interface Envelope {
	readonly from: Mailbox;
	readonly date: Date;
	/** With "[PATCH 1/2]". */
	readonly subject: string;
	readonly to?: readonly Mailbox[];
	readonly cc?: readonly Mailbox[];
	/** Without brackets. */
	readonly id?: string;
	/** The mail it answers. */
	readonly parent?: string | undefined;
}

/** "[PATCH 02/11]", "[RFC PATCH]" */
export function tag(number: number, all: number, isDraft = false): string {
	const kind = isDraft ? 'RFC PATCH' : 'PATCH';
	return all > 1 ? `[${kind} ${String(number).padStart(String(all).length, '0')}/${all}]` : `[${kind}]`;
}

/** Headers and the empty line behind them. */
function headers({ from, date, subject, to = [], cc = [], id, parent }: Envelope): string {
	return [
		'From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001',
		...(id === undefined ? [] : [`Message-ID: <${id}>`]),
		...(parent === undefined ? [] : [`In-Reply-To: <${parent}>`, `References: <${parent}>`]),
		`From: ${mailbox(from)}`,
		`Date: ${date.toUTCString().replace('GMT', '+0000')}`,
		textHeader('Subject', subject),
		...addressHeader('To', to),
		...addressHeader('Cc', cc),
		'MIME-Version: 1.0',
		'Content-Type: text/plain; charset=UTF-8',
		'Content-Transfer-Encoding: 8bit',
		'',
		'',
	].join('\n');
}

const SIGNATURE = '-- \ngup-lens\n\n';

/** `diff --git` with the names as they are quoted in the diff. */
function withGitHeader({ diff }: FileDiff): Buffer {
	const [, from = '', to = ''] = /^--- ([^\t\n]*)\t?\n\+\+\+ ([^\t\n]*)/.exec(diff.toString('latin1')) ?? [];
	return Buffer.concat([Buffer.from(`diff --git ${from} ${to}\n`, 'latin1'), diff]);
}

/** A patch with its changelog. */
export function patchMail(envelope: Envelope, { changelog, trailers, remarks, diffs }: Patch): Buffer {
	const sorted = [...diffs].sort((a, b) => (a.path < b.path ? -1 : 1));
	const text = [
		changelog.map((text) => wrapped(text)).join('\n\n'),
		...(trailers.length > 0 ? [`\n${trailers.join('\n')}`] : []),
		'---',
		...(remarks.length > 0 ? [`${remarks.map((text) => wrapped(text)).join('\n\n')}\n`] : []),
		`${diffstat(sorted)}\n\n`,
	].join('\n');
	return Buffer.concat([Buffer.from(headers(envelope) + text), ...sorted.map(withGitHeader), Buffer.from(SIGNATURE)]);
}

/** A mail without a patch: the cover letter. */
export function coverMail(envelope: Envelope, paragraphs: readonly string[], rest: string): Buffer {
	return Buffer.from(
		`${headers(envelope)}${paragraphs.map((text) => wrapped(text)).join('\n\n')}\n\n${rest}\n\n${SIGNATURE}`,
	);
}
