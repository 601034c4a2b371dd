import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { perName } from '../../server/src/kernel/per-name.js';

test('an answer is remembered, also where there is none, and for the names of objects', () => {
	const asked: string[] = [];
	const ask = perName((name) => {
		asked.push(name);
		return name === 'get' ? 1 : undefined;
	});
	for (const name of ['get', 'put', 'constructor', '__proto__', 'get', 'put', 'constructor', '__proto__'])
		expect(ask(name)).toBe(name === 'get' ? 1 : undefined);
	expect(asked).toEqual(['get', 'put', 'constructor', '__proto__']);
});

test('a name does not keep the text it was cut out of', () => {
	setFlagsFromString('--expose-gc');
	const collect = runInNewContext('gc') as () => void;
	const ask = perName((name) => name.length);
	/** Of half a million characters; shorter names than these are copied when they are cut. */
	const cut = (i: number) =>
		Buffer.from(`a_rather_long_name_${i} `.repeat(25_000)).toString('latin1').split(' ', 1)[0] ?? '';
	collect();
	const before = getHeapStatistics().used_heap_size;
	for (let i = 0; i < 100; i++) ask(cut(i));
	collect();
	expect(getHeapStatistics().used_heap_size - before).toBeLessThan(5_000_000);
});
