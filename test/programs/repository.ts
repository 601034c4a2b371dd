import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { scratch } from '../support/scratch.js';

/** A repository of the running test, with a program that leaves a mark where it is started. */
export class Repository {
	/** Absolute and real. */
	readonly root: string;
	/** Leaves the mark, by nothing that it would have to find. */
	readonly trap: string;
	readonly #mark: string;

	/** @param files content by path relative to the root; they are committed */
	constructor(files: Readonly<Record<string, string | Uint8Array>>) {
		this.root = scratch(files);
		const outside = scratch();
		this.#mark = join(outside, 'sprung');
		this.trap = join(outside, 'trap');
		writeFileSync(this.trap, `#!/bin/sh\n: > ${this.#mark}\n`);
		chmodSync(this.trap, 0o755);
		this.git('init', '-q');
		this.git('add', '-A');
		this.commit();
	}

	/** The program was started. */
	get sprung(): boolean {
		return existsSync(this.#mark);
	}

	commit(...argv: string[]): void {
		this.git('commit', '-q', '-am', 'misc: change', ...argv);
	}

	/** @returns what it prints */
	git(...argv: string[]): string {
		const { status, stdout, stderr } = this.try(...argv);
		expect(status, stderr).toBe(0);
		return stdout;
	}

	/** Git as anybody runs it who trusts the repository. */
	try(...argv: string[]) {
		const who = ['-c', 'user.name=Zoe', '-c', 'user.email=zoe@example.org', '-c', 'init.defaultBranch=main'];
		const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
		const config = ['-c', 'protocol.file.allow=always', '-c', 'protocol.ext.allow=always'];
		return spawnSync('git', [...who, ...config, ...argv], {
			cwd: this.root,
			env,
			encoding: 'utf8',
			input: '',
			timeout: 30_000,
		});
	}
}
