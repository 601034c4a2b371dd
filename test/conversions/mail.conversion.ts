/** The mails and the dry runs of all conversions of real kernels: git takes them, and checkpatch.pl has nothing to say. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { kernelTree, TREE_NAMES, type TreeName } from '../../scripts/trees.js';
import { cli } from '../cli/run.js';
import { conversionsOf, type Outcome } from '../kernel/conversions.js';
import { scratch } from '../support/scratch.js';
import { fresh } from './fresh.js';

const RULES = ['foll-get-for-dma', 'foll-get-for-write', 'iov-iter-get-pages'].flatMap((rule) => ['--rule', rule]);

/** Who sends the mail signs it off, nobody else. */
const LEFT_TO_THE_SENDER = /\b(?:MISSING_SIGN_OFF|NO_AUTHOR_SIGN_OFF)\b/;

const trees = TREE_NAMES.filter((tree) => kernelTree(tree));
const converted = new Map<TreeName, readonly Outcome[]>();
for (const tree of trees)
	converted.set(
		tree,
		(await conversionsOf(tree)).filter(({ conversion }) => conversion),
	);

/** The mail that takes the conversion back. */
function backwards(mail: string): string {
	return mail.replace(/^([-+])(?!\1\1 |- $)/gm, (sign) => (sign === '+' ? '-' : '+'));
}

/** A repository with the files a conversion changes, as they are in the kernel. */
class Repository {
	readonly root = scratch();

	constructor(tree: string, paths: Iterable<string>) {
		for (const path of paths) {
			mkdirSync(dirname(join(this.root, path)), { recursive: true });
			cpSync(join(tree, path), join(this.root, path));
		}
		this.must(['init', '-q']);
		this.must(['add', '.']);
		this.must(['commit', '-q', '-m', 'start']);
	}

	must(argv: readonly string[], input: Buffer = Buffer.alloc(0)): void {
		const { status, stderr } = spawnSync(
			'git',
			['-c', 'user.name=A Dunlin', '-c', 'user.email=dunlin@example.org', ...argv],
			{
				cwd: this.root,
				input,
			},
		);
		expect(status, String(stderr)).toBe(0);
	}

	texts(paths: Iterable<string>): Record<string, string> {
		return Object.fromEntries([...paths].map((path) => [path, readFileSync(join(this.root, path), 'latin1')]));
	}
}

describe.each(trees)('%s', (tree) => {
	const all = converted.get(tree) ?? [];
	const root = kernelTree(tree) as string;
	const paths = [...new Set(all.map(({ path }) => path))];
	const changed = new Set(all.flatMap(({ texts }) => [...texts.keys()]));
	const fix = async (...how: string[]) => (await cli(['fix', ...RULES, ...how, ...paths], { cwd: root })).bytes;
	let mails: Buffer;
	beforeAll(async () => {
		mails = await fix('--format', 'patch');
	});

	it('is the same by git am, by git apply and by the conversions themselves', async () => {
		const mailed = new Repository(root, changed);
		mailed.must(['am', '-q'], mails);
		const applied = new Repository(root, changed);
		applied.must(['apply', '--index', '-'], await fix('--dry-run'));
		expect(mailed.texts(changed)).toEqual(applied.texts(changed));
		for (const path of changed) {
			const [one, ...others] = all.flatMap(({ texts }) => texts.get(path) ?? []);
			if (others.length === 0) expect(readFileSync(join(mailed.root, path), 'utf8')).toBe(one?.after);
		}
	});

	it('leaves checkpatch.pl --strict nothing to say of any mail', () => {
		const each = mails.toString('latin1').split(/^(?=From 0{40} )/m);
		expect(each).toHaveLength(all.length);
		const file = join(scratch(), 'one.mbox');
		for (const one of each) {
			const check = (mail: string): string[] => {
				writeFileSync(file, mail, 'latin1');
				const argv = ['scripts/checkpatch.pl', '--strict', '--no-summary', '--terse', '--show-types', file];
				const { stdout } = spawnSync('perl', argv, { cwd: root, encoding: 'utf8' });
				return stdout
					.split('\n')
					.filter((line) => line !== '' && !LEFT_TO_THE_SENDER.test(line))
					.map((line) => line.replace(/^\S+:\d+: /, ''));
			};
			// what was said of the lines that go is not the conversion's doing
			expect(fresh(check(backwards(one)), check(one)), /^Subject: .*/m.exec(one)?.[0]).toEqual([]);
		}
	});
});
