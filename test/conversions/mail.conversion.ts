/** The series and the dry runs of all conversions of real kernels: git, b4 and checkpatch.pl take them, and they go to whom get_maintainer.pl names. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kernelTree, TREE_NAMES, type TreeName } from '../../scripts/trees.js';
import { cli } from '../cli/run.js';
import { conversionsOf, type Outcome } from '../kernel/conversions.js';
import { scratch } from '../support/scratch.js';
import { fresh } from './fresh.js';

const RULES = ['foll-get-for-dma', 'foll-get-for-write', 'iov-iter-get-pages'].flatMap((rule) => ['--rule', rule]);

/** Who sends the mail signs it off, nobody else. */
const LEFT_TO_THE_SENDER = /\b(?:MISSING_SIGN_OFF|NO_AUTHOR_SIGN_OFF)\b/;

/** Mails that are compared with get_maintainer.pl: it takes half a second for each. */
const COMPARED = 5;

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

/** Paths a mail changes. */
function changedBy(mail: string): string[] {
	return [...mail.matchAll(/^\+\+\+ b\/(.*)$/gm)].map(([, path = '']) => path);
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
		this.must(['commit', '-q', '--allow-empty', '-m', 'start']);
	}

	must(argv: readonly string[], input: Buffer = Buffer.alloc(0)): string {
		const { status, stdout, stderr } = spawnSync(
			'git',
			['-c', 'user.name=A Dunlin', '-c', 'user.email=dunlin@example.org', ...argv],
			{ cwd: this.root, input },
		);
		expect(status, String(stderr)).toBe(0);
		return String(stdout);
	}

	text(path: string): string {
		return readFileSync(join(this.root, path), 'latin1');
	}
}

describe.each(trees)('%s', (tree) => {
	const all = converted.get(tree) ?? [];
	const root = kernelTree(tree) as string;
	const paths = [...new Set(all.map(({ path }) => path))];
	const changed = new Set(all.flatMap(({ texts }) => [...texts.keys()]));
	const fix = async (...how: string[]) => (await cli(['fix', ...RULES, ...how, ...paths], { cwd: root })).bytes;
	const folder = mkdtempSync(join(tmpdir(), 'gup-lens-series-'));
	let files: string[] = [];
	/** Without the cover letter. */
	let mails: string[] = [];
	beforeAll(async () => {
		await fix('--series', folder);
		files = readdirSync(folder).sort();
		mails = files.slice(1).map((name) => readFileSync(join(folder, name), 'latin1'));
	});
	afterAll(() => rmSync(folder, { recursive: true, force: true }));

	const isRepair = (mail: string): boolean => !/^Subject: .*(?:convert|pin) /im.test(mail);

	it('has a mail for each conversion, and no two subjects alike', () => {
		expect(mails.filter((mail) => !isRepair(mail))).toHaveLength(all.length);
		const subjects = mails.map((mail) => /^Subject: \[.*?\] (.*)/m.exec(mail)?.[1] ?? '');
		expect(new Set(subjects).size).toBe(mails.length);
		for (const subject of subjects) expect(subject.length).toBeLessThanOrEqual(75);
	});

	it('is the same by git am and by the conversions themselves', async () => {
		const mailed = new Repository(root, changed);
		mailed.must(['am', '-q'], Buffer.from(mails.join(''), 'latin1'));
		const repaired = new Set(mails.filter(isRepair).flatMap(changedBy));
		for (const path of changed) {
			const [one, ...others] = all.flatMap(({ texts }) => texts.get(path) ?? []);
			if (others.length > 0 || repaired.has(path)) continue;
			expect(readFileSync(join(mailed.root, path), 'utf8')).toBe(one?.after);
		}
		// the dry run is the same code for every tree
		if (tree !== '6.1') return;
		const applied = new Repository(root, changed);
		applied.must(['apply', '--index', '-'], await fix('--dry-run'));
		for (const path of changed) if (!repaired.has(path)) expect(mailed.text(path)).toBe(applied.text(path));
	});

	it('leaves checkpatch.pl --strict nothing to say of any mail', () => {
		const file = join(scratch(), 'one.mbox');
		for (const one of mails) {
			const check = (mail: string): string[] => {
				writeFileSync(file, mail, 'latin1');
				const argv = [
					'scripts/checkpatch.pl',
					'--strict',
					'--no-summary',
					'--terse',
					'--show-types',
					'--no-tree',
					file,
				];
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

	it('goes to whom get_maintainer.pl names, and where it introduces pins to the lists for mm/gup.c', async () => {
		const file = join(scratch(), 'one.patch');
		const asked = ['--no-git', '--no-git-fallback', '--no-rolestats', '--no-m', '--no-r', '-f', 'mm/gup.c'];
		const gup = spawnSync('perl', ['scripts/get_maintainer.pl', ...asked], { cwd: root, encoding: 'utf8' });
		const concerned = gup.stdout.trim().split('\n');
		expect(concerned).toContain('linux-mm@kvack.org');
		for (const mail of mails.slice(0, COMPARED)) {
			const { to = [], cc = [] } = await PostalMime.parse(Buffer.from(mail.slice(mail.indexOf('\n') + 1), 'latin1'));
			// it looks for keywords in every line, and these were not there yet
			writeFileSync(file, mail.replace(/^(?:To|Cc): .*\n(?:\t.*\n)*/gm, ''), 'latin1');
			const argv = ['scripts/get_maintainer.pl', '--no-git', '--no-git-fallback', '--no-rolestats', '--no-fixes', file];
			const { stdout } = spawnSync('perl', argv, { cwd: root, encoding: 'utf8' });
			const named = stdout.trim().split('\n');
			const addresses = named.map((line) => /<(.*)>$/.exec(line)?.[1] ?? line);
			const lists = isRepair(mail) ? [] : concerned;
			expect([...to, ...cc].map(({ address }) => address).sort()).toEqual(
				[...new Set([...addresses, ...lists])].sort(),
			);
		}
	});

	it('is a series to git send-email and to b4', (context) => {
		const repository = new Repository(root, []);
		const { root: cwd } = repository;
		const how = ['--dry-run', '--no-thread', '--confirm=never', '--smtp-server=/bin/false', '--quiet'];
		if (spawnSync('git', ['send-email', '--dump-aliases'], { cwd }).status !== 0) context.skip('git-email is missing');
		const sent = repository.must(['send-email', ...how, ...files.map((name) => join(folder, name))]);
		expect(sent.match(/^Dry-Sent \[PATCH /gm)).toHaveLength(files.length);
		if (spawnSync('b4', ['--version']).error) context.skip('b4 is missing');
		writeFileSync(join(cwd, '.gitconfig'), '[user]\n\tname = A Dunlin\n\temail = dunlin@example.org\n');
		writeFileSync(join(cwd, 'all.mbox'), Buffer.concat(files.map((name) => readFileSync(join(folder, name)))));
		const env = { ...process.env, HOME: cwd, XDG_DATA_HOME: cwd, XDG_CACHE_HOME: cwd };
		const { stderr } = spawnSync('b4', ['-n', 'am', '-m', 'all.mbox', '-o', '.'], { cwd, env, encoding: 'utf8' });
		expect(stderr).toContain(`Total patches: ${mails.length}`);
	});
});
