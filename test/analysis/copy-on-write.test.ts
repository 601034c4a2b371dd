/** Clones of a map are maps of their own, whatever is done to which of them. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CopyOnWriteMap } from '../../server/src/analysis/ownership/copy-on-write.js';

const key = fc.constantFrom('a', 'b', 'c');
const action = fc.oneof(
	fc.record({ does: fc.constant('set' as const), at: fc.nat({ max: 4 }), key, value: fc.nat({ max: 3 }) }),
	fc.record({
		does: fc.constantFrom('delete' as const, 'clear' as const, 'clone' as const),
		at: fc.nat({ max: 4 }),
		key,
	}),
);

it('behave as copies', () => {
	fc.assert(
		fc.property(fc.array(action, { maxLength: 30 }), (actions) => {
			const maps = [new CopyOnWriteMap<string, number>()];
			const models = [new Map<string, number>()];
			for (const one of actions) {
				const at = one.at % maps.length;
				const [map, model] = [maps[at] as CopyOnWriteMap<string, number>, models[at] as Map<string, number>];
				if (one.does === 'clone') {
					maps.push(map.clone());
					models.push(new Map(model));
				} else if (one.does === 'set') {
					map.set(one.key, one.value);
					model.set(one.key, one.value);
				} else if (one.does === 'clear') {
					map.clear();
					model.clear();
				} else expect(map.delete(one.key)).toBe(model.delete(one.key));
			}
			maps.forEach((map, i) => {
				expect([...map]).toEqual([...(models[i] ?? [])]);
				expect(map.size).toBe(models[i]?.size);
			});
		}),
	);
});
