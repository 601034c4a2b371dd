import PostalMime from 'postal-mime';

/** One mail of a series. */
export interface Mail {
	readonly subject: string;
	/** Body, decoded. */
	readonly text: string;
}

/** The line between the mails of a mailbox: "From 4b825dc6 Mon Sep 17 00:00:00 2001", with a date as ctime() writes it. */
const SEPARATOR = /^From \S+ +[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}\r?$/m;
/** Lines of a body that would look like one are quoted. */
const QUOTED = /^>(>*From )/gm;

/** The mails of a mailbox (`git format-patch --stdout`, `b4 am`), in its order; a bare diff is one mail without a subject. */
export async function mails(text: string): Promise<Mail[]> {
	const parts = text.split(SEPARATOR).filter((part) => part.trim() !== '');
	return Promise.all(parts.map(read));
}

async function read(part: string): Promise<Mail> {
	const mail = part.replace(/^\r?\n/, '');
	if (!/^[A-Za-z-]+:[ \t]/.test(mail)) return { subject: '', text: mail };
	const { subject = '', text = '', attachments } = await PostalMime.parse(mail.replace(QUOTED, '$1'));
	const attached = attachments
		.filter(({ mimeType }) => /^text\/(?:plain|x-patch|x-diff)$/.test(mimeType))
		.map(({ content }) => (typeof content === 'string' ? content : new TextDecoder().decode(content)));
	return { subject: subject.replace(/\s+/g, ' '), text: [text, ...attached].join('\n') };
}
