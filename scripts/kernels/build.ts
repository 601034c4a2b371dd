/** Compiles single files of the kernel trees, as they are and changed, in copies that share what does not change. */
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { kernelTree, TREES_HINT, type TreeName, treeVersion } from '../trees.js';

/** Git-ignored folder with a copy of each tree and a folder of objects for each architecture. */
const builds = join(import.meta.dirname, '..', '..', '.cache', 'builds');

interface Architecture {
	/** Prefix of the compiler. */
	readonly cross: string;
	readonly config: string;
	/** What the configuration has on top. */
	readonly symbols: readonly string[];
}

/** What slows a single file down or needs more programs, and says nothing of it. */
const LEAN = [
	...['GCC_PLUGINS', 'WERROR', 'MODULE_SIG', 'KASAN', 'KCOV', 'KCSAN', 'UBSAN', 'GCOV_KERNEL', 'RUST'].map(
		(name) => `CONFIG_${name}=n`,
	),
	'CONFIG_DEBUG_INFO_NONE=y',
	'CONFIG_SYSTEM_TRUSTED_KEYS=""',
	'CONFIG_STAGING=y',
];

const ARCHITECTURES = {
	x86_64: { cross: process.arch === 'x64' ? '' : 'x86_64-linux-gnu-', config: 'allmodconfig', symbols: LEAN },
	powerpc: {
		cross: 'powerpc64-linux-gnu-',
		config: 'corenet64_smp_defconfig',
		symbols: ['VIRTUALIZATION', 'KVM_E500MC', 'VIRT_DRIVERS', 'EPAPR_PARAVIRT', 'FSL_HV_MANAGER', 'PARTITION_HV'].map(
			(name) => `CONFIG_${name}=y`,
		),
	},
	s390: { cross: 's390x-linux-gnu-', config: 'defconfig', symbols: ['CONFIG_KVM=y'] },
} as const satisfies Record<string, Architecture>;

type ArchitectureName = keyof typeof ARCHITECTURES;

/** The architecture a file is built for: that of its folder; the hypervisor of Freescale runs on PowerPC alone. */
function architectureOf(path: string): ArchitectureName {
	const folder = /^arch\/(\w+)\//.exec(path)?.[1];
	if (folder && folder in ARCHITECTURES) return folder as ArchitectureName;
	return path.includes('/fsl_') ? 'powerpc' : 'x86_64';
}

function run(command: string, args: readonly string[], cwd: string): { ok: boolean; output: string } {
	const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 28 });
	return { ok: status === 0, output: `${stdout ?? ''}${stderr ?? ''}${error ?? ''}` };
}

/** Standard output of a program, whatever it exits with. */
function said(command: string, args: readonly string[], cwd: string): Promise<string> {
	return new Promise((resolve, reject) => {
		execFile(command, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 28 }, (error, stdout) => {
			// a number: what checkpatch.pl thinks of the file
			if (error && typeof error.code !== 'number') reject(error);
			else resolve(stdout);
		});
	});
}

function must(command: string, args: readonly string[], cwd: string): void {
	const { ok, output } = run(command, args, cwd);
	if (!ok) throw new Error(`${command} ${args.join(' ')} in ${cwd}:\n${output.slice(-4000)}`);
}

/** Programs that a build needs and that are not there. */
export function missingPrograms(paths: readonly string[]): string[] {
	const compilers = new Set(paths.map((path) => `${ARCHITECTURES[architectureOf(path)].cross}gcc`));
	return [...compilers, 'make', 'flex', 'bison', 'bc', 'perl'].filter(
		(name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).error !== undefined,
	);
}

/** Milliseconds by which the file system's clock may be behind. */
const CLOCK = 100;

/** What became of one file. */
export interface Compiled {
	readonly ok: boolean;
	readonly complaints: readonly string[];
}

/** A copy of a tree in which files are changed. */
export class KernelBuild {
	/** The copy. */
	readonly source: string;
	private readonly original: string;
	private readonly prepared = new Set<ArchitectureName>();

	constructor(name: TreeName) {
		const tree = kernelTree(name);
		if (!tree) throw new Error(TREES_HINT);
		this.original = tree;
		// that of the newest kernel goes with its version
		this.source = join(builds, name === 'newest' ? treeVersion(tree) : name);
		if (existsSync(this.source)) return;
		mkdirSync(builds, { recursive: true });
		const part = `${this.source}.part`;
		rmSync(part, { recursive: true, force: true });
		// links: a file that is changed is replaced, so that the tree stays as it is
		must('cp', ['-al', `${tree}/.`, part], builds);
		renameSync(part, this.source);
	}

	/**
	 * Compile files with W=1, all of an architecture by one make: that looks through the whole tree each time before it begins.
	 * @param texts of files that differ, by path
	 * @returns by path, warnings and errors without their lines
	 */
	compile(paths: readonly string[], texts: ReadonlyMap<string, string>): ReadonlyMap<string, Compiled> {
		for (const path of new Set([...paths, ...texts.keys()])) this.put(path, texts.get(path));
		try {
			const compiled = new Map<string, Compiled>();
			for (const name of Object.keys(ARCHITECTURES) as ArchitectureName[]) {
				const mine = [...new Set(paths)].filter((path) => architectureOf(path) === name);
				if (mine.length > 0) this.make(name, mine, compiled);
			}
			return compiled;
		} finally {
			for (const path of texts.keys()) this.put(path, undefined);
		}
	}

	/**
	 * `make C=2` of a folder or an object with a checker in the place of sparse.
	 * @param more arguments of make
	 * @param texts of files that differ, by path
	 */
	check(
		checker: string,
		target: string,
		more: readonly string[],
		texts: ReadonlyMap<string, string>,
	): { ok: boolean; output: string } {
		const args = this.prepare('x86_64');
		for (const [path, text] of texts) this.put(path, text);
		try {
			return run(
				'make',
				[`-j${availableParallelism()}`, 'C=2', `CHECK=${checker}`, ...args, ...more, target],
				this.source,
			);
		} finally {
			for (const path of texts.keys()) this.put(path, undefined);
		}
	}

	/** The same for a module outside of the tree. @param folder absolute */
	checkModule(checker: string, folder: string): { ok: boolean; output: string } {
		const args = this.prepare('x86_64');
		must('make', ['-s', ...args, 'modules_prepare'], this.source);
		const argv = [...args, 'C=2', `CHECK=${checker}`, `M=${folder}`, 'KBUILD_MODPOST_WARN=1'];
		return run('make', argv, this.source);
	}

	/** What the tree's own checkpatch.pl --strict says of a file: as it is in the tree, or with another text in the copy. */
	async checkpatch(path: string, text: string | undefined): Promise<string[]> {
		if (text !== undefined) this.put(path, text);
		try {
			const argv = ['--strict', '--no-tree', '--no-summary', '--terse', '--show-types', '-f', path];
			const output = await said(
				'perl',
				['scripts/checkpatch.pl', ...argv],
				text === undefined ? this.original : this.source,
			);
			return output
				.split('\n')
				.filter((line) => line.startsWith(path))
				.map((line) => line.slice(path.length).replace(/^:\d+: /, ''));
		} finally {
			if (text !== undefined) this.put(path, undefined);
		}
	}

	private make(name: ArchitectureName, paths: readonly string[], compiled: Map<string, Compiled>): void {
		const args = this.prepare(name);
		const objects = paths.map((path) => path.replace(/\.c$/, '.o'));
		const started = Date.now();
		const jobs = [`-j${availableParallelism()}`, '-k', '--output-sync=target'];
		const { output } = run('make', ['-s', 'W=1', ...jobs, ...args, ...objects], this.source);
		const lines = output.split('\n').filter((line) => /(?:warning|error):/.test(line));
		for (const [i, path] of paths.entries()) {
			const about = lines.filter((line) => line.includes(path));
			const complaints = about.map((line) => line.replace(/:\d+(?::\d+)?:/, ':').replace(`${this.source}/`, ''));
			const made = statSync(join(`${this.source}-${name}`, objects[i] as string), { throwIfNoEntry: false });
			// the source is newer than any object of before: make leaves none where the compiler fails
			const ok = made !== undefined && made.mtimeMs >= started - CLOCK;
			compiled.set(path, { ok, complaints: ok ? complaints : [...complaints, output.slice(-2000)] });
		}
	}

	private prepare(name: ArchitectureName): string[] {
		const { cross, config, symbols } = ARCHITECTURES[name];
		const out = `${this.source}-${name}`;
		const args = [`O=${out}`, `ARCH=${name}`, `CROSS_COMPILE=${cross}`];
		if (this.prepared.has(name)) return args;
		if (!existsSync(join(out, '.prepared'))) {
			mkdirSync(out, { recursive: true });
			if (config === 'allmodconfig') {
				writeFileSync(join(out, 'wanted'), symbols.join('\n'));
				must('make', ['-s', ...args, `KCONFIG_ALLCONFIG=${join(out, 'wanted')}`, config], this.source);
			} else {
				must('make', ['-s', ...args, config], this.source);
				writeFileSync(join(out, '.config'), `${readFileSync(join(out, '.config'), 'utf8')}\n${symbols.join('\n')}\n`);
				must('make', ['-s', ...args, 'olddefconfig'], this.source);
			}
			must('make', ['-s', `-j${availableParallelism()}`, ...args, 'prepare'], this.source);
			writeFileSync(join(out, '.prepared'), '');
		}
		this.prepared.add(name);
		return args;
	}

	/** Never through the link: the tree would change with the copy. */
	private put(path: string, text: string | undefined): void {
		const file = join(this.source, path);
		const part = join(dirname(file), '.gup-lens-part');
		writeFileSync(part, text ?? readFileSync(join(this.original, path)));
		renameSync(part, file);
	}
}
