/** The operators apply and what they make can be read: a small sample. `npm run bench:mutants` measures how much is found. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kernelTree, treeVersion } from '../../scripts/trees.js';
import { kernelFor } from '../../server/src/kernel/index.js';
import { engine, type KernelFile, named } from '../kernel/corpus.js';
import { type Original, originals } from './corpus.js';
import type { Figures } from './figures.js';
import { OPERATORS } from './operators.js';
import { run } from './run.js';
import { sample } from './sample.js';

const SEED = 1;
const SAMPLE = 30;

/** Each shows some of the shapes that operators look for. */
const PATHS = [
	'arch/powerpc/kvm/book3s_64_mmu_hv.c',
	'arch/s390/kvm/pci.c',
	'drivers/accel/qaic/qaic_control.c',
	'drivers/gpu/drm/vmwgfx/vmwgfx_msg.c',
	'drivers/infiniband/hw/qib/qib_user_pages.c',
	'drivers/media/pci/ivtv/ivtv-udma.c',
	'drivers/misc/genwqe/card_utils.c',
	'drivers/rapidio/devices/rio_mport_cdev.c',
	'drivers/vhost/vdpa.c',
	'drivers/scsi/st.c',
	'drivers/virt/acrn/mm.c',
	'net/rds/rdma.c',
];

describe('faults put into functions of a kernel', () => {
	const root = kernelTree('6.12');
	const all = (): Original[] => {
		if (!root) return [];
		const files = PATHS.map(
			(path): KernelFile => ({ path, text: readFileSync(join(root, path), 'utf8'), neighbours: [] }),
		);
		return originals(files, kernelFor(treeVersion(root)));
	};

	it.skipIf(!root)(named('are valid, of every operator, and some are found', '6.12'), { timeout: 300_000 }, () => {
		const kernel = all();
		const of = sample(kernel, SEED, 2);
		const without = OPERATORS.filter((operator) => of.every((mutant) => mutant.operator !== operator));
		expect(without.map(({ name }) => name)).toEqual([]);
		const mutants = of.filter(
			(_, i) => Math.floor((i * SAMPLE) / of.length) !== Math.floor(((i - 1) * SAMPLE) / of.length),
		);
		expect(mutants.length).toBe(SAMPLE);
		expect(run(mutants, kernel).filter(({ isFound }) => isFound).length).toBeGreaterThan(SAMPLE / 3);
	});
});

it('every operator has a name of its own and rules that there are', () => {
	expect(new Set(OPERATORS.map(({ name }) => name)).size).toBe(OPERATORS.length);
	const rules = new Set(engine.rules.map(({ id }) => id));
	const unknown = OPERATORS.flatMap((operator) => operator.rules.filter((rule) => !rules.has(rule)));
	expect(unknown.filter((rule) => rule !== 'gup-atomic')).toEqual([]);
});

it('the figures that are kept are of the operators there are, and of enough faults', () => {
	const figures: Figures = JSON.parse(readFileSync(join(import.meta.dirname, 'figures.json'), 'utf8'));
	expect(figures.operators.map(({ name, family }) => ({ name, family }))).toEqual(
		OPERATORS.map(({ name, family }) => ({ name, family })),
	);
	expect(figures.operators.reduce((sum, { mutants }) => sum + mutants, 0)).toBeGreaterThanOrEqual(600);
});
