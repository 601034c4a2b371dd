/** The patches of a run as one mailbox that `git am` takes. */
import { author } from '../../programs/git.js';
import { type Mailbox, parseMailbox } from '../../workspace/maintainers/mailboxes.js';
import { type Patch, patchMail, tag } from './message.js';
import { Styles } from './style.js';
import { subjectsOf } from './subject.js';

const NOBODY: Mailbox = { name: 'Unknown Author', address: 'unknown@localhost' };

/** Who writes the mails: whoever git takes for the author. */
export async function senderOf(root: string): Promise<Mailbox> {
	const said = await author(root);
	return (said === undefined ? undefined : parseMailbox(said)) ?? NOBODY;
}

/** A subject for each patch, without "[PATCH]". */
export async function subjects(patches: readonly Patch[]): Promise<readonly string[]> {
	const styles = new Styles();
	const summaries = [];
	for (const { root, path, general, named } of patches)
		summaries.push({ style: await styles.of(root, path), general, named });
	return subjectsOf(summaries);
}

/** All patches, one mail behind the other. */
export async function mbox(patches: readonly Patch[]): Promise<Buffer> {
	const [first] = patches;
	if (!first) return Buffer.alloc(0);
	const named = await subjects(patches);
	const from = await senderOf(first.root);
	const date = new Date();
	return Buffer.concat(
		patches.map((patch, i) =>
			patchMail({ from, date, subject: `${tag(i + 1, patches.length, patch.isDraft)} ${named[i]}` }, patch),
		),
	);
}
